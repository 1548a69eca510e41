namespace Kairship.Server.Elsa.Live;

/// <summary>Tells who watches an instance what happens in it.</summary>
internal static class WorkflowInstanceHub
{
    public static void MapElsaHub(this IEndpointRouteBuilder elsa)
    {
    }
}
