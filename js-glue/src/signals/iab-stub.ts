// iab-stub.js: for pages that load iab.js late. Small enough to be written into the page.
import { installStubs } from './stub.js'

installStubs()
