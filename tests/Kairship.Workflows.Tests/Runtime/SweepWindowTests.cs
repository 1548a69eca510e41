using Kairship.Workflows.Runtime;
using Microsoft.Extensions.Time.Testing;

namespace Kairship.Workflows.Tests.Runtime;

public sealed class SweepWindowTests
{
    private readonly FakeTimeProvider time = new();
    private readonly SweepWindow window;

    public SweepWindowTests() => window = new SweepWindow(4, TimeSpan.FromSeconds(5), time);

    [Fact]
    public void Enter_WhenFull_IsRefusedUntilHalfHaveLeft()
    {
        foreach (var id in (string[])["a", "b", "c", "d"])
        {
            window.TryEnter(id).Should().BeTrue();
        }

        window.MoreWait.Should().BeFalse();
        window.TryEnter("e").Should().BeFalse();
        window.MoreWait.Should().BeTrue();
        window.Leave("a").Should().BeFalse();
        window.Leave("b").Should().BeTrue();
        window.Leave("b").Should().BeFalse("it has left");
        window.Keep(["c", "d", "e"], _ => false);
        window.TryEnter("e").Should().BeTrue();
    }

    [Fact]
    public void Enter_OfOneInside_IsRefusedAndNobodyWaits()
    {
        window.TryEnter("a").Should().BeTrue();

        window.TryEnter("a").Should().BeFalse();

        window.MoreWait.Should().BeFalse();
    }

    [Fact]
    public void Keep_LongAfter_ForgetsWhatGotLostOnItsWay()
    {
        window.TryEnter("lost").Should().BeTrue();
        window.TryEnter("runs").Should().BeTrue();
        time.Advance(TimeSpan.FromSeconds(5));

        window.Keep(["lost", "runs"], id => id == "runs");

        window.TryEnter("lost").Should().BeTrue();
        window.TryEnter("runs").Should().BeFalse();
    }

    [Fact]
    public void Keep_ForgetsWhatSomebodyElseTook()
    {
        window.TryEnter("due").Should().BeTrue();
        window.TryEnter("here").Should().BeTrue();
        window.TryEnter("elsewhere").Should().BeTrue();

        window.Keep(["due"], id => id == "here");

        window.Count.Should().Be(2);
        window.TryEnter("elsewhere").Should().BeTrue();
    }
}
