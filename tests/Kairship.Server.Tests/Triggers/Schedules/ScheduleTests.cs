using Kairship.Workflows.Activities.Schedules;
using Kairship.Workflows.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Kairship.Server.Tests.Triggers.Schedules;

/// <summary>A server whose Quartz really fires.</summary>
public sealed class ScheduleTests(RunningServer server) : IClassFixture<RunningServer>
{
    [Fact]
    public async Task Timer_OfASecond_StartsInstancesAtItsTimes_UntilItIsRetracted()
    {
        await server.Admin.PushWorkflowAsync(Every("ticking", "00:00:01"));

        await Eventually.HoldsAsync(async () => (await server.Admin.ListInstancesAsync("ticking", status: "Finished")).Total >= 3, "three fire times have come");
        var schedule = (await server.Admin.ListSchedulesAsync()).Items.Should().ContainSingle(s => s.DefinitionId == "ticking").Subject;
        schedule.Schedule.Should().Be("every 00:00:01");
        schedule.LastFiredAt.Should().NotBeNull();
        ((schedule.LastFiredAt!.Value - schedule.PublishedAt).Ticks % TimeSpan.TicksPerSecond).Should().Be(0, "fire times are multiples since the publication");
        schedule.NextFireAt.Should().BeAfter(schedule.LastFiredAt!.Value);

        var store = server.Services.GetRequiredService<IWorkflowStore>();
        await server.Admin.PushWorkflowAsync(SampleWorkflows.Finishing.Replace("\"finishing\"", "\"ticking\"", StringComparison.Ordinal));
        (await store.ListTriggersAsync(Schedule.StimulusName, CancellationToken.None)).Should().NotContain(t => t.DefinitionId == "ticking");
        (await server.Admin.ListSchedulesAsync()).Items.Should().NotContain(s => s.DefinitionId == "ticking");
    }

    [Fact]
    public async Task Server_ThatWasDown_MakesUpForTheLatestMissedTimeOnce()
    {
        await using var own = new RunningServer();
        await own.InitializeAsync();
        await own.Admin.PushWorkflowAsync(Every("hourly", "01:00:00"));
        await own.StopAsync();
        await own.PublishedEarlierAsync("hourly", TimeSpan.FromHours(5.5));

        for (var restart = 0; restart < 2; restart++)
        {
            await own.StartAsync();
            await Eventually.HoldsAsync(
                async () => (await own.Admin.ListSchedulesAsync()).Items.Single(s => s.DefinitionId == "hourly").LastFiredAt is not null, "it has fired");
            var schedule = (await own.Admin.ListSchedulesAsync()).Items.Single(s => s.DefinitionId == "hourly");
            (schedule.LastFiredAt - schedule.PublishedAt).Should().Be(TimeSpan.FromHours(5));
            (await own.Admin.ListInstancesAsync("hourly")).Total.Should().Be(1, "five times were missed, and the latest is made up for once");
            await own.StopAsync();
        }
    }

    [Fact]
    public async Task Cron_ThatIsNone_IsRefusedWithTheActivity()
    {
        var refused = await FluentActions.Awaiting(() => server.Admin.PushWorkflowAsync(Trigger("broken", "Elsa.Cron", "cronExpression", "now and then")))
            .Should().ThrowAsync<Api.KairshipApiException>();

        refused.Which.Errors.Should().Contain(e => e.Path.Contains("tick", StringComparison.Ordinal) && e.Message.Contains("not a cron expression", StringComparison.Ordinal));
    }

    private static string Every(string definitionId, string interval) => Trigger(definitionId, "Elsa.Timer", "interval", interval);

    private static string Trigger(string definitionId, string type, string input, string value) => SampleWorkflows.Flowchart(
        definitionId,
        $$$$"""{"id": "tick", "type": "{{{{type}}}}", "customProperties": {"canStartWorkflow": true}, "{{{{input}}}}": {"typeName": "String", "expression": {"type": "Literal", "value": "{{{{value}}}}"}}}""");
}

internal static class PublishedEarlier
{
    /// <summary>As if the definition had been published that long ago, by a server that was down since.</summary>
    public static async Task PublishedEarlierAsync(this RunningServer server, string definitionId, TimeSpan ago)
    {
        var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Directory.EnumerateFiles(server.Data, "*.db").Single()};Pooling=False");
        await using (connection)
        {
            await connection.OpenAsync();
            var command = connection.CreateCommand();
            await using (command)
            {
                command.CommandText = "UPDATE triggers SET published_at = published_at - $ticks, fired_at = NULL WHERE definition_id = $id";
                command.Parameters.AddWithValue("$ticks", ago.Ticks);
                command.Parameters.AddWithValue("$id", definitionId);
                (await command.ExecuteNonQueryAsync()).Should().Be(1);
            }
        }
    }
}
