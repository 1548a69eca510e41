using System.Diagnostics;
using System.Text.Json.Nodes;
using Kairship.Testing.Workflows;
using Kairship.Workflows.Storage;

namespace Kairship.Workflows.Tests.Activities;

public sealed class ParallelForEachTests : IAsyncDisposable
{
    private readonly WorkflowHarness engine = new();

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Theory]
    [InlineData(0, 10, 10)]
    [InlineData(1, 10, 1)]
    [InlineData(3, 10, 3)]
    [InlineData(20, 10, 10)]
    [InlineData(3, 0, 0)]
    public async Task Items_AreWorkedOn_NoMoreThanTheLimitAtATime(int limit, int count, int most)
    {
        var id = await engine.RunAsync(Each(limit, count, Def.Event("e", "go")));
        var seen = 0;
        for (var left = count; left > 0; left = Math.Max(0, left - Math.Max(1, most)))
        {
            var waiting = (await engine.SnapshotAsync(id)).Running.Count(r => r.ActivityId == "e");
            waiting.Should().Be(Math.Min(left, most));
            seen += waiting;
            await engine.EventAsync(id, "go");
            await engine.RunToRestAsync();
        }

        seen.Should().Be(count);
        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Finished);
    }

    [Fact]
    public async Task Limit_Negative_IsAnIncident()
    {
        var id = await engine.RunAsync(Each(-1, 3, Def.WriteLine("l")));
        (await engine.SnapshotAsync(id)).Incidents.Should().ContainSingle().Which.Message.Should().Contain("'MaxConcurrency'");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(16)]
    public async Task Thousand_Branches_Finish_EachOnce_InTimeAndSize(int limit)
    {
        var body = Def.Sequence("s", Def.SetVariable("v", "mine", "getCurrentValue() * 2"), Def.Effect("e", ("value", Def.Js("getMine()"))), Def.Event("w", "go"));
        body["variables"] = new JsonArray(Def.Variable("mine", "Int32", "0"));
        var watch = Stopwatch.StartNew();
        var id = await engine.RunAsync(Each(limit, 1000, body));
        for (var i = 0; i < 1000 && await engine.StatusAsync(id) == InstanceStatus.Suspended; i++)
        {
            (await engine.InstanceAsync(id)).State.Length.Should().BeLessThan(1024 * 1024);
            await engine.EventAsync(id, "go");
            await engine.RunToRestAsync();
        }

        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Finished);
        engine.Ledger.Total.Should().Be(1000);
        engine.Ledger.Distinct.Values.Distinct().Should().HaveCount(1000);
        watch.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(20));
        TestContext.Current.TestOutputHelper?.WriteLine($"limit {limit}: {watch.ElapsedMilliseconds} ms");
    }

    private static string Each(int limit, int count, JsonObject body) => Def.Workflow("w", Def.Activity("Elsa.ParallelForEach", "p",
        ("items", Def.Js($"Array({count}).fill(0).map((_, i) => i)")), ("maxConcurrency", Def.Literal($"{limit}", "Int32")), ("body", body)));
}
