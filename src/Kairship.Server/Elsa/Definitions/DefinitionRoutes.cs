namespace Kairship.Server.Elsa.Definitions;

/// <summary>Definitions: lists, saving, publishing, versions, import and export.</summary>
internal static class DefinitionRoutes
{
    public static void MapElsaDefinitions(this IEndpointRouteBuilder elsa)
    {
    }
}
