// Removes what builds and test runs have made.

import { rmSync } from 'node:fs'

for (const folder of ['build', 'test-results']) rmSync(folder, { recursive: true, force: true })
