namespace Kairship.Server.Elsa.Instances;

/// <summary>Instances: lists, one, variables, journal, cancelling, deleting.</summary>
internal static class InstanceRoutes
{
    public static void MapElsaInstances(this IEndpointRouteBuilder elsa)
    {
    }
}
