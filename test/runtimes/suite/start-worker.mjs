// Has a worker run what the page would.

new Worker(new URL('./page.mjs', import.meta.url), { type: 'module' })
