export interface Answer { readonly status: number; readonly headers: Headers; readonly body: any }

/** Sends a request; every header may be given beside the body. */
export async function send(url: string, method = 'GET', { body, ...headers }: { readonly body?: unknown; readonly [header: string]: unknown } = {}): Promise<Answer> {
  const response = await fetch(url, {
    method, headers: { ...(headers as Record<string, string>), ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
}
