/**
 * `Symbol.dispose`, or where the runtime has none yet the registered symbol that TypeScript's and core-js's helpers
 * agree with after they have defined it. Objects can be disposed with `using`, or by calling `dispose()`.
 */
export const disposeSymbol: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for('Symbol.dispose')
