/**
 * `Symbol.dispose`, or where the runtime has none yet the registered symbol that TypeScript's and core-js's helpers
 * agree with after they have defined it. Objects can be disposed with `using`, or by calling `dispose()`.
 *
 * To the type checker it is a symbol of its own, so that classes can declare `Symbol.dispose` itself, which is what users
 * are to see. No other type than `never` can be turned into that of a symbol that is unique.
 */
export const disposeSymbol: unique symbol = (Symbol.dispose ?? Symbol.for('Symbol.dispose')) as never
