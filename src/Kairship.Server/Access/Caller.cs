using System.Security.Claims;

namespace Kairship.Server.Access;

/// <summary>Who asks: the name of the key.</summary>
internal static class Caller
{
    public static string NameOf(ClaimsPrincipal user) => user.Identity?.Name ?? "anonymous";

    public static IReadOnlyList<string> RolesOf(ClaimsPrincipal user) => [.. user.FindAll(ClaimTypes.Role).Select(c => c.Value)];

    public static ClaimsPrincipal Principal(string name, IEnumerable<string> roles, string scheme) =>
        new(new ClaimsIdentity([new Claim(ClaimTypes.Name, name), .. roles.Select(r => new Claim(ClaimTypes.Role, r))], scheme));
}
