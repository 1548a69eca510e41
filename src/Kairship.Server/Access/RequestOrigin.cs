namespace Kairship.Server.Access;

/// <summary>
/// Whether a cookie counts as who asks. A browser sends it along with whatever page makes it ask, and SameSite knows no ports: a page of another
/// server on this machine is of the same site. So the page must be one of ours, and the browser must say so.
/// </summary>
internal static class RequestOrigin
{
    public static bool IsOurs(HttpRequest request) => IsOurs(
        request.Method, request.HttpContext.WebSockets.IsWebSocketRequest || request.Headers.ContainsKey("Sec-WebSocket-Key"), request.Headers["Sec-Fetch-Site"], request.Headers.Origin, request.Host.Value);

    /// <param name="method">GET and HEAD change nothing, and their answers are not readable by others.</param>
    /// <param name="webSocket">A socket is readable by whoever opens it.</param>
    /// <param name="fetchSite">Sec-Fetch-Site; browsers leave it out on plain HTTP to other machines.</param>
    /// <param name="origin">Origin; browsers leave it out on GET.</param>
    /// <param name="host">What the request was sent to.</param>
    public static bool IsOurs(string method, bool webSocket, string? fetchSite, string? origin, string? host)
    {
        var safe = !webSocket && (HttpMethods.IsGet(method) || HttpMethods.IsHead(method));
        if (!string.IsNullOrEmpty(fetchSite))
        {
            return fetchSite == "same-origin" || (safe && fetchSite == "none");
        }

        return string.IsNullOrEmpty(origin)
            ? safe
            : Uri.TryCreate(origin, UriKind.Absolute, out var uri) && string.Equals(uri.Authority, host, StringComparison.OrdinalIgnoreCase);
    }
}
