// Workers of one's own that load parts of their code on demand are modules, with whatever library.

export default { worker: { format: 'es' } }
