namespace Kairship.Server.Access;

/// <summary>The session of a browser. Scripts do not see it, other sites do not send it, and it goes when the browser closes.</summary>
internal sealed class SessionCookie(SigningKey key)
{
    public string Name => $"kairship-{key.Fingerprint}";

    public string? Read(HttpRequest request) => request.Cookies[Name] is { Length: > 0 } value ? value : null;

    public void Write(HttpContext context, string token) => context.Response.Cookies.Append(Name, token, Options(context.Request));

    public void Clear(HttpContext context) => context.Response.Cookies.Delete(Name, Options(context.Request));

    /// <summary>Behind a proxy the request comes as plain HTTP; whoever lies about that makes the cookie more secure, not less.</summary>
    private static CookieOptions Options(HttpRequest request) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = request.IsHttps || request.Headers["X-Forwarded-Proto"].ToString().Equals("https", StringComparison.OrdinalIgnoreCase),
        Path = "/",
        IsEssential = true,
    };
}
