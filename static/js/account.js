// @ts-check
/** The account's pages: passwords that can be shown, keys that can be copied, passkeys that can be asked. */
import { installCopying } from "./features/copying.js";
import { installPasskeys } from "./features/passkeys.js";
import { installPasswords } from "./features/passwords.js";

installPasswords(document);
installCopying(document);
installPasskeys(document);

const problems = document.querySelector("[data-problems]");
if (problems instanceof HTMLElement) problems.focus();
