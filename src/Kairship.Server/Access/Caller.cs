using System.Security.Claims;
using Kairship.Storage.Access;

namespace Kairship.Server.Access;

/// <summary>Who asks: the name of the key.</summary>
internal static class Caller
{
    /// <summary>The id of the key that the request lives by.</summary>
    public const string KeyClaim = "kairship:key";

    /// <summary>The id of the session, where the request came with one.</summary>
    public const string SessionClaim = "kairship:session";

    public static string NameOf(ClaimsPrincipal user) => user.Identity?.Name ?? "anonymous";

    public static IReadOnlyList<string> RolesOf(ClaimsPrincipal user) => [.. user.FindAll(ClaimTypes.Role).Select(c => c.Value)];

    public static ClaimsPrincipal Principal(string name, IEnumerable<string> roles, string scheme) => new(Identity(name, roles, scheme));

    public static ClaimsPrincipal Principal(ApiKey key, string scheme, string? session = null)
    {
        var identity = Identity(key.Name, key.Roles, scheme);
        identity.AddClaim(new Claim(KeyClaim, key.Id));
        if (session is not null)
        {
            identity.AddClaim(new Claim(SessionClaim, session));
        }

        return new ClaimsPrincipal(identity);
    }

    private static ClaimsIdentity Identity(string name, IEnumerable<string> roles, string scheme) =>
        new([new Claim(ClaimTypes.Name, name), .. roles.Select(r => new Claim(ClaimTypes.Role, r))], scheme);
}
