namespace Kairship.Server.Studio;

/// <summary>What a browser lets a page do: talk to this server and nobody else, and be in nobody's frame.</summary>
internal static class PageHeaders
{
    /// <summary>
    /// WebAssembly needs its own word. The designer's parts write styles into the document and draw icons from data; its text editor runs in workers
    /// that it makes from blobs.
    /// </summary>
    private static readonly string Policy = string.Join("; ",
        "default-src 'self'", "script-src 'self' 'wasm-unsafe-eval'", "style-src 'self' 'unsafe-inline'", "img-src 'self' data: blob:", "font-src 'self' data:",
        "connect-src 'self'", "worker-src 'self' blob:", "object-src 'none'", "base-uri 'self'", "form-action 'self'", "frame-ancestors 'none'");

    public static void Add(HttpResponse response)
    {
        response.Headers.ContentSecurityPolicy = Policy;
        response.Headers.XFrameOptions = "DENY";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Referrer-Policy"] = "same-origin";
    }
}
