namespace Kairship.Server.Studio;

/// <summary>What a browser lets a page do: talk to this server and nobody else, and be in nobody's frame.</summary>
internal static class PageHeaders
{
    /// <summary>The two scripts that the designer 3.8.2 writes into the document: its hotkeys in the list and in the editor.</summary>
    private const string InlineScripts = "'sha256-vu6sQrKXQHR4Yn3FMMihA/9TxxfIXnCxKwvLrTPJ5ts=' 'sha256-snlP1jz0gjwc5cTz9ErZcliXuCK63+Mmf68RRCeptgc='";

    /// <summary>
    /// WebAssembly needs its own word. The designer's parts write styles into the document and draw icons from data; its text editor runs in workers
    /// that it makes from blobs.
    /// </summary>
    private static readonly string Policy = string.Join("; ",
        "default-src 'self'", $"script-src 'self' 'wasm-unsafe-eval' {InlineScripts}", "style-src 'self' 'unsafe-inline'", "img-src 'self' data: blob:", "font-src 'self' data:",
        "connect-src 'self'", "worker-src 'self' blob:", "object-src 'none'", "base-uri 'self'", "form-action 'self'", "frame-ancestors 'none'");

    /// <summary>Of pages that are made here: no style and no script but our own files.</summary>
    private static readonly string Strict = string.Join("; ",
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'");

    public static void Add(HttpResponse response) => Add(response, Policy);

    public static void AddStrict(HttpResponse response) => Add(response, Strict);

    private static void Add(HttpResponse response, string policy)
    {
        response.Headers.ContentSecurityPolicy = policy;
        response.Headers.XFrameOptions = "DENY";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Referrer-Policy"] = "same-origin";
    }
}
