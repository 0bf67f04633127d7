import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { expect, it } from 'vitest'
import { ROOT } from './support/programs'

// What users see of the package are its types. Everything that they can name must say what it is.

const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
const entries = Object.values<{ types?: string } | string>(exports)
  .flatMap((entry) => (typeof entry === 'string' ? [] : (entry.types ?? [])))
  .filter((file) => !file.endsWith('.wasm.d.ts'))
  .map((file) => join(ROOT, file))

const program = ts.createProgram(entries, {
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.esnext.disposable.d.ts'],
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  types: [],
})
const checker = program.getTypeChecker()

it.each(entries.map((entry) => ({ entry: entry.slice(ROOT.length) })))('$entry documents all that it exports', ({
  entry,
}) => {
  const source = program.getSourceFile(join(ROOT, entry))
  const module = source && checker.getSymbolAtLocation(source)
  const exported = module ? checker.getExportsOfModule(module).map(resolved) : []
  expect(exported.length).toBeGreaterThan(0)
  expect(exported.flatMap(undocumentedIn)).toEqual([])
})

/** Names of what is not documented: the symbol itself, and its own members. */
function undocumentedIn(symbol: ts.Symbol): string[] {
  const own = isDocumented(symbol) ? [] : [symbol.name]
  const members = [...(symbol.members?.values() ?? []), ...(symbol.exports?.values() ?? [])]
  const creation = symbol.members?.get(ts.InternalSymbolName.Constructor)
  const parameters = creation?.declarations?.flatMap((declaration) => ts.getJSDocTags(declaration)) ?? []
  const named = parameters.filter(ts.isJSDocParameterTag).map(({ name }) => name.getText())
  return [
    ...own,
    ...members
      .filter((member) => isVisible(member) && !explainsItself(member) && !named.includes(member.name))
      .filter((member) => !isDocumented(member))
      .map((member) => `${symbol.name}.${member.name}`),
  ]
}

function isDocumented(symbol: ts.Symbol): boolean {
  return symbol.getDocumentationComment(checker).length > 0
}

/** Neither private, nor the class itself as a value, nor a type parameter. */
function isVisible(member: ts.Symbol): boolean {
  if ((member.flags & (ts.SymbolFlags.TypeParameter | ts.SymbolFlags.Prototype | ts.SymbolFlags.Constructor)) !== 0) {
    return false
  }
  const declarations = member.declarations ?? []
  return declarations.every(
    (declaration) =>
      !(ts.isPropertyDeclaration(declaration) && ts.isPrivateIdentifier(declaration.name)) &&
      (ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Private) === 0,
  )
}

/** A property that can have but one value, such as `kind: 'ended'`, and a method by a symbol that everyone knows. */
function explainsItself(member: ts.Symbol): boolean {
  const [declaration] = member.declarations ?? []
  if (!declaration) return true
  if (member.name.startsWith('__@dispose')) return true
  const type = checker.getTypeOfSymbolAtLocation(member, declaration)
  return (member.flags & ts.SymbolFlags.Property) !== 0 && type.isStringLiteral()
}

/** What an export stands for, where it is passed on from another file. */
function resolved(symbol: ts.Symbol): ts.Symbol {
  return (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : checker.getAliasedSymbol(symbol)
}
