using System.Text.Json;
using Kairship.Simulator.Faults;
using Microsoft.Extensions.Time.Testing;

namespace Kairship.Simulator.Tests.Faults;

public sealed class NamedFaultsTests
{
    private static readonly DateTimeOffset Now = new(2030, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public static TheoryData<string> Names => [.. NamedFaults.All];

    [Theory]
    [MemberData(nameof(Names))]
    public void Fault_Applied_IsActive_AndHealedLeavesNothing(string name)
    {
        var broken = NamedFaults.Apply(new FaultSettings(), Request(name), Now);

        NamedFaults.Active(broken).Should().ContainSingle().Which.Should().Match<ActiveFault>(f => f.Name == name && f.Detail.Length > 0 && f.Until == Now.AddSeconds(60));
        Text(NamedFaults.Heal(broken, name)).Should().Be(Text(new FaultSettings()));
        Text(JsonSerializer.Deserialize<FaultSettings>(Text(broken), FaultSettings.Json)!).Should().Be(Text(broken), "settings are kept as JSON");
    }

    [Fact]
    public void AllFaultsTogether_EachHealsAlone()
    {
        var all = NamedFaults.All.Aggregate(new FaultSettings(), (s, name) => NamedFaults.Apply(s, Request(name), Now));
        NamedFaults.Active(all).Select(f => f.Name).Should().Equal(NamedFaults.All);

        foreach (var name in NamedFaults.All)
        {
            NamedFaults.Active(NamedFaults.Heal(all, name)).Select(f => f.Name).Should().Equal(NamedFaults.All.Where(n => n != name));
        }
    }

    [Fact]
    public void FaultForATime_HealsByTheRealClock_OthersStay()
    {
        var clock = new FakeTimeProvider(Now);
        var faults = new ClusterFaults();
        using var expiry = new FaultExpiry(faults, clock);
        faults.Change(s => NamedFaults.Apply(s, Request("slow") with { ForSeconds = 30 }, clock.GetUtcNow()));
        faults.Change(s => NamedFaults.Apply(s, Request("frozen") with { ForSeconds = 90 }, clock.GetUtcNow()));
        faults.Change(s => NamedFaults.Apply(s, Request("clock-skew") with { ForSeconds = null }, clock.GetUtcNow()));

        clock.Advance(TimeSpan.FromSeconds(29));
        NamedFaults.Active(faults.Settings).Should().HaveCount(3);
        clock.Advance(TimeSpan.FromSeconds(1));
        NamedFaults.Active(faults.Settings).Select(f => f.Name).Should().Equal("frozen", "clock-skew");
        faults.Change(s => NamedFaults.Apply(s, Request("frozen") with { ForSeconds = 600 }, clock.GetUtcNow()));
        clock.Advance(TimeSpan.FromSeconds(100));
        faults.Frozen.Should().BeTrue("it was set anew for longer");
        clock.Advance(TimeSpan.FromSeconds(500));
        NamedFaults.Active(faults.Settings).Select(f => f.Name).Should().Equal("clock-skew");
    }

    [Theory]
    [InlineData("fire", "there are unreachable, frozen")]
    [InlineData("bad-image", "needs the name of an image")]
    [InlineData("node-down", "needs the name of a node")]
    public void FaultThatCannotBe_SaysWhatWouldBeRight(string name, string says)
    {
        var applying = () => NamedFaults.Apply(new FaultSettings(), new FaultRequest { Fault = name }, Now);
        applying.Should().Throw<ArgumentException>().WithMessage($"*{says}*");
    }

    [Theory]
    [InlineData(1.5, 0.0)]
    [InlineData(0.5, -3.0)]
    public void ValueOutOfRange_ChangesNothing(double rate, double delay)
    {
        var faults = new ClusterFaults();
        var setting = () => faults.Change(s => s with { ErrorRate = rate, LatencyMilliseconds = delay });
        setting.Should().Throw<ArgumentException>();
        Text(faults.Settings).Should().Be(Text(new FaultSettings()));
    }

    private static FaultRequest Request(string name) => new()
    {
        Fault = name, Drop = true, Rate = 0.5, Kinds = FaultKind.Reset, Image = $"shop/{name}", Node = "east-1", ForSeconds = 60,
    };

    private static string Text(FaultSettings settings) => JsonSerializer.Serialize(settings, FaultSettings.Json);
}
