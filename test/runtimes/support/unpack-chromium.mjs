// Unpacks Chromium into the folder for temporary files, with the libraries that it needs: they are left out unless it
// believes to be where it is made for.

process.env.AWS_EXECUTION_ENV = 'AWS_Lambda_nodejs22.x'
const { default: chromium } = await import('@sparticuz/chromium')
await chromium.executablePath()
