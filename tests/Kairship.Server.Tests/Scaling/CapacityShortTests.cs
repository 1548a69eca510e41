using Kairship.Delivery.Releases;

namespace Kairship.Server.Tests.Scaling;

/// <summary>A cluster that becomes short of room is an event.</summary>
public sealed class CapacityShortTests
{
    [Fact]
    public async Task PodsThatWaitForRoom_HaveTheirApplicationDividedAnew_Once()
    {
        await using var stage = await ScalingStage.StartAsync();
        await stage.ApplyAsync("min: 2, max: 10");
        await stage.ReleaseAsync("v1", replicas: 6);
        await stage.HasAsync("east 3/3, west 3/3");
        var east = stage.Fleet["east"];

        // Its nodes shrink under the pods, which go and find no room again.
        foreach (var node in east.Store.List("", "nodes", null).Select(n => n["metadata"]!["name"]!.ToString()).ToList())
        {
            ScalingStage.Change(east, node, n => n["status"]!["allocatable"]!["cpu"] = "10m");
        }

        foreach (var pod in east.Store.List("", "pods", "default").Select(p => p["metadata"]!["name"]!.ToString()).ToList())
        {
            east.Store.Delete(new("", "pods", "default", pod));
        }

        var moved = await stage.ScaledAsync(1);

        (moved.Status, moved.Change!.Fresh).Should().Be((ReleaseStatus.Succeeded, true));
        moved.Change.Cause.Should().Contain("east is short of room").And.Contain("divided anew");
        await stage.HasAsync("west 6/6");
        await stage.LooksOnAsync();
        (await stage.ScalingsAsync()).Should().HaveCount(1);
    }
}
