namespace Kairship.Server.Elsa.Descriptors;

/// <summary>What the designer draws its toolbox and forms from.</summary>
internal static class DescriptorRoutes
{
    public static void MapElsaDescriptors(this IEndpointRouteBuilder elsa)
    {
    }
}
