const AZURE_DOMAINS = ['.webpubsub.azure.com', '.webpubsub.azure.us', '.webpubsub.azure.cn'];

/**
 * Whether this is the address of the service in Azure, public or sovereign, and not of a server of
 * one's own.
 *
 * @param endpoint a URL, or a host name alone
 *
 * @example
 * ```ts
 * isAzureEndpoint('https://demo.webpubsub.azure.com'); // true
 * isAzureEndpoint('http://localhost:8080'); // false
 * ```
 */
export function isAzureEndpoint(endpoint: string): boolean {
  const text = endpoint.includes('://') ? endpoint : `https://${endpoint}`;
  if (!URL.canParse(text)) return false;
  // A host name may end in the dot of the root.
  const host = new URL(text).hostname.replace(/\.$/, '');
  return AZURE_DOMAINS.some((domain) => host.endsWith(domain) && host.length > domain.length);
}
