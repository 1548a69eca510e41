using Kairship.Simulator.Controllers;
using Kairship.Simulator.Objects;
using Microsoft.Extensions.Time.Testing;

namespace Kairship.Simulator.Tests.Controllers;

public sealed class WorkQueueTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void Work_AddedTwice_IsTakenOnceAndMayThenComeAgain()
    {
        var queue = new WorkQueue(_clock);
        queue.Add(Item("a"));
        queue.Add(Item("b"));
        queue.Add(Item("a"));

        Taken(queue).Should().Equal("a", "b");
        queue.Add(Item("a"));
        Taken(queue).Should().Equal("a");
    }

    [Fact]
    public void DelayedWork_AddedWithSeveralDelays_KeepsTheEarliestAndComesOnce()
    {
        var queue = new WorkQueue(_clock);
        queue.Add(Item("a"), TimeSpan.FromSeconds(30));
        queue.Add(Item("a"), TimeSpan.FromSeconds(10));
        queue.Add(Item("a"), TimeSpan.FromSeconds(20));
        queue.UntilNext().Should().Be(TimeSpan.FromSeconds(10));
        Taken(queue).Should().BeEmpty();

        _clock.Advance(TimeSpan.FromSeconds(10));
        Taken(queue).Should().Equal("a");

        _clock.Advance(TimeSpan.FromSeconds(60));
        Taken(queue).Should().BeEmpty();
        queue.UntilNext().Should().BeNull();
    }

    private static Work Item(string name) => new(null!, new ObjectKey("", "pods", "default", name));

    private static List<string> Taken(WorkQueue queue)
    {
        var taken = new List<string>();
        while (queue.TryTake(out var work))
        {
            taken.Add(work.Key.Name);
        }

        return taken;
    }
}
