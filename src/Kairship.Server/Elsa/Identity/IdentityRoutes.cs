namespace Kairship.Server.Elsa.Identity;

/// <summary>Signing in, and which features are there.</summary>
internal static class IdentityRoutes
{
    public static void MapElsaIdentity(this IEndpointRouteBuilder elsa)
    {
    }
}
