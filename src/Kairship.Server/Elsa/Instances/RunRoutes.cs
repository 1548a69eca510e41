namespace Kairship.Server.Elsa.Instances;

/// <summary>Execute, dispatch, events, tasks, the test of one activity.</summary>
internal static class RunRoutes
{
    public static void MapElsaRuns(this IEndpointRouteBuilder elsa)
    {
    }
}
