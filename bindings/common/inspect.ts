/** Node's hook for `console.log` and `util.inspect`; a registered symbol, so that nothing of Node is imported. */
export const inspectSymbol: unique symbol = Symbol.for('nodejs.util.inspect.custom')
