import { UrlTemplateError } from './url-template.error.js';

/** A piece of a template: text, the place of a name, or the place of a secret. */
export type TemplatePart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'hub' | 'event' }
  | { readonly kind: 'secret'; readonly uri: string; readonly value?: string | undefined };

const KEY_VAULT = /^@microsoft\.keyvault\(secreturi=([^()]*)\)$/i;
const IDENTIFIER = /^[\w-]{1,40}$/;

/** @throws {@link UrlTemplateError} for a brace that belongs to no parameter, or one of another name */
export function partsOf(template: string): readonly TemplatePart[] {
  const parts: TemplatePart[] = [];
  // Braces do not nest, so every second piece is inside of one: text, name, text, name, text.
  let rest = template;
  while (rest !== '') {
    const open = rest.indexOf('{');
    const text = open === -1 ? rest : rest.slice(0, open);
    if (text.includes('}')) throw strayBrace();
    if (text !== '') parts.push({ kind: 'text', text });
    if (open === -1) break;
    const close = rest.indexOf('}', open);
    if (close === -1) throw strayBrace();
    parts.push(parameterOf(rest.slice(open + 1, close)));
    rest = rest.slice(close + 1);
  }
  return parts;
}

function parameterOf(text: string): TemplatePart {
  const name = text.toLowerCase();
  if (name === 'hub' || name === 'event') return { kind: name };
  if (!name.startsWith('@microsoft.keyvault')) {
    throw new UrlTemplateError(
      IDENTIFIER.test(text) ? `the parameter {${text}}` : 'a parameter of another name',
      'There are {hub} and {event}; other braces are written %7B and %7D.',
    );
  }
  const uri = KEY_VAULT.exec(text)?.[1];
  if (uri !== undefined && URL.canParse(uri) && new URL(uri).protocol === 'https:') {
    return { kind: 'secret', uri };
  }
  throw new UrlTemplateError(
    'a Key Vault reference that cannot be read',
    'Write {@Microsoft.KeyVault(SecretUri=https://<vault>/secrets/<name>)}.',
  );
}

function strayBrace(): UrlTemplateError {
  return new UrlTemplateError('a brace without its partner', 'Write %7B for { and %7D for }.');
}
