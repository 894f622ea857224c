import { parseSubprotocols } from '../../../lib/transport/subprotocols.js';

describe('parseSubprotocols', () => {
  it.each<[string, string | undefined, string[]]>([
    ['no header (1.5 rule 8)', undefined, []],
    ['one name', 'json.webpubsub.azure.v1', ['json.webpubsub.azure.v1']],
    ['several names, in their order', 'b, a,c', ['b', 'a', 'c']],
    ['white space around names', ' a ,\tb ', ['a', 'b']],
    ['the spelling of the client (H16)', 'JSON.WebPubSub', ['JSON.WebPubSub']],
    ['names that differ in case', 'a, A', ['a', 'A']],
    ['every character a token may have', "!#$%&'*+-.^_`|~09azAZ", ["!#$%&'*+-.^_`|~09azAZ"]],
  ])('reads %s', (_what, header, names) => {
    expect(parseSubprotocols(header)).toEqual(names);
  });

  it.each([
    ['nothing', ''],
    ['an empty name', 'a,,b'],
    ['a comma at the end', 'a,'],
    ['a name twice', 'a, b, a'],
    ['a space in a name', 'a b'],
    ['a quoted name', '"a"'],
    ['a semicolon', 'a;q=1'],
    ['a slash', 'a/b'],
    ['a letter beyond ASCII', 'é'],
    ['a line break', 'a\r\nb'],
  ])('refuses %s', (_what, header) => {
    expect(parseSubprotocols(header)).toBeUndefined();
  });
});
