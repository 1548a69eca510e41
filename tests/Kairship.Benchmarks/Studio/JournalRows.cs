namespace Kairship.Benchmarks.Studio;

/// <summary>An instance with a journal as long as they come, as the viewer asks for it.</summary>
internal static class JournalRows
{
    private const double Aim = 100;
    private const string Instance = "/elsa/api/workflow-instances/" + StudioData.LongInstance;

    public static async Task RunAsync(StudioServer server, StudioOptions options, string name)
    {
        await server.MeasureAsync(options, $"{name}-journal-10k-page-ms", Aim, Instance + "/journal?skip=0&take=100", "{}");
        await server.MeasureAsync(options, $"{name}-journal-10k-last-ms", Aim, $"{Instance}/journal?skip={options.JournalLines - 100}&take=100", "{}");
        await server.MeasureAsync(
            options, $"{name}-report-10k-ms", Aim, "/elsa/api/activity-executions/report", $$"""{"workflowInstanceId":"{{StudioData.LongInstance}}","activityNodeIds":["Workflow1:root:line1","Workflow1:root:line2"]}""");
    }
}
