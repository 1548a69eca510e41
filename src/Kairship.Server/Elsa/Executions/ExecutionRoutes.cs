namespace Kairship.Server.Elsa.Executions;

/// <summary>What each activity of an instance did.</summary>
internal static class ExecutionRoutes
{
    public static void MapElsaExecutions(this IEndpointRouteBuilder elsa)
    {
    }
}
