using CsCheck;
using Kairship.Delivery.Failover;

namespace Kairship.Delivery.Tests.Failover;

public class FleetBrakeTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly BrakeOptions Options = new();
    private static readonly Gen<char[]> Fleets = Gen.Int[0, 4].Select(i => "RrNUV"[i]).Array[1, 20];

    // R ready for long, r ready and the last look failed, n ready for 5 s, N not ready, U and V silent since the same moment and since hours ago, S starting.
    [Theory]
    [InlineData("RRR", true, "No cluster is lost.")]
    [InlineData("RRU", true, "1 of 3 clusters is lost, which 1 may be: c2.")]
    [InlineData("RUU", false, "2 of 3 clusters fell silent within 60 s: c1, c2. Kairship itself seems to be cut off.")]
    [InlineData("RUV", false, "2 of 3 clusters are lost: c1, c2. At most one may be at once (30 % of them, and always one).")]
    [InlineData("RU", true, "1 of 2 clusters is lost*")]
    [InlineData("UU", false, "2 of 2 clusters*All*")]
    [InlineData("U", false, "The only cluster, c0, is lost: there is nowhere to go.")]
    [InlineData("NNN", false, "All 3 clusters are lost: c0, c1, c2*")]
    [InlineData("RRRRRRRUUV", true, "3 of 10 clusters are lost, which 3 may be*")]
    [InlineData("RRRRRRUUUV", false, "4 of 10 clusters are lost: c6, c7, c8, c9. At most 3 *")]
    [InlineData("RRRRUUUUUU", false, "6 of 10 clusters fell silent*")]
    [InlineData("RRRRNNNNNN", false, "6 of 10 clusters are lost: c4, c5, c6, c7, c8 and 1 more*")]
    [InlineData("RrU", false, "Besides c2 the last look at c1 failed: it is decided when that is certain.")]
    [InlineData("RRr", true, "No cluster is lost.")]
    [InlineData("RRRRRRRRrU", true, "1 of 10*")]
    [InlineData("RRS", true, "No cluster is lost.")]
    [InlineData("RnU", true, "1 of 3*")]
    public void Fleet_ByTable(string fleet, bool go, string why)
    {
        var answer = FleetBrake.Decide(BrakeState.Off, Sights(fleet), null, Noon, Options);

        answer.Go.Should().Be(go, answer.Why);
        answer.Why.Should().Match(fleet == "UU" ? "All 2 clusters are lost*" : why);
        answer.State.IsOn.Should().Be(!go && !fleet.Contains('r'));
    }

    [Fact]
    public void Share_IsNeverExceeded_WhateverTheFleet() => Gen.Select(Fleets, Gen.Double[0, 1]).Sample((fleet, share) =>
    {
        var options = Options with { ShareLimit = share };
        var answer = FleetBrake.Decide(BrakeState.Off, Sights(fleet), null, Noon, options);
        var lost = fleet.Count(c => c is 'N' or 'U' or 'V');
        if (lost > Math.Max(1, fleet.Length * share) || lost == fleet.Length)
        {
            answer.Should().Match<BrakeDecision>(a => !a.Go && a.State.IsOn);
        }

        if (lost == 0)
        {
            answer.Go.Should().BeTrue();
        }

        if (lost == 1 && fleet.Length > 1 && !fleet.Contains('r'))
        {
            answer.Go.Should().BeTrue("one may always be lost");
        }
    });

    [Fact]
    public void Brake_ThatIsOn_OutlastsAnyFlapping() => Gen.Select(Gen.Int[1, 25].Array[1, 40], Gen.Int).Sample((pauses, seed) =>
    {
        var random = new Random(seed);
        var answer = FleetBrake.Decide(BrakeState.Off, Sights("RUUU"), null, Noon, Options);
        var (now, wasUp) = (Noon, false);
        foreach (var pause in pauses)
        {
            // All come back at once and go again before they have been well for 30 s.
            now = now.AddSeconds(pause);
            wasUp = !wasUp && random.Next(2) == 0;
            var since = now;
            IReadOnlyList<ClusterSight> fleet =
                [Sight("c0", Readiness.Ready, Noon.AddDays(-1)), .. Enumerable.Range(1, 3).Select(i => Sight($"c{i}", wasUp ? Readiness.Ready : Readiness.Unreachable, since))];
            answer = FleetBrake.Decide(answer.State, fleet, null, now, Options);
            answer.Should().Match<BrakeDecision>(a => !a.Go && a.State.IsOn && a.State.Since == Noon);
        }
    });

    [Fact]
    public void Brake_GoesOff_WhenTheFleetHasBeenWellForLongEnough()
    {
        var on = FleetBrake.Decide(BrakeState.Off, Sights("RRRUUU"), null, Noon, Options).State;
        IReadOnlyList<ClusterSight> back = [.. Enumerable.Range(0, 6).Select(i => Sight($"c{i}", Readiness.Ready, Noon.AddSeconds(60)))];

        on = FleetBrake.Decide(on, back, null, Noon.AddSeconds(80), Options).State;
        on.WellSince.Should().BeNull("they have been back for 20 s only");
        var waits = FleetBrake.Decide(on, back, null, Noon.AddSeconds(90), Options);
        waits.Should().Match<BrakeDecision>(a => !a.Go && a.State.IsOn && a.State.WellSince == Noon.AddSeconds(90));
        FleetBrake.Decide(waits.State, back, null, Noon.AddSeconds(119), Options).Go.Should().BeFalse();
        FleetBrake.Decide(waits.State, back, null, Noon.AddSeconds(120), Options).Should().Match<BrakeDecision>(a => a.Go && !a.State.IsOn && a.State.Lost.Count == 0);
    }

    [Fact]
    public void Release_AcceptsWhatIsLost_AndNothingMore()
    {
        var fleet = Sights("RRRRRRUUUU");
        var on = FleetBrake.Decide(BrakeState.Off, fleet, null, Noon, Options).State;
        var released = FleetBrake.Release(on, fleet, "ops", Noon.AddMinutes(1));

        var after = FleetBrake.Decide(released, fleet, null, Noon.AddMinutes(1), Options);
        after.Should().Match<BrakeDecision>(a => a.Go && a.Counted == 6 && a.Allowed == 1 && a.State.ReleasedBy == "ops");
        after.Why.Should().Be("4 are lost and accepted by a person: c6, c7, c8, c9. No other cluster is lost.");
        FleetBrake.Decide(after.State, Sights("RRRRRUUUUU"), null, Noon.AddMinutes(2), Options).Should().Match<BrakeDecision>(a => a.Go && a.Why.EndsWith(" 1 of 6 other clusters is lost, which 1 may be: c5."));
        FleetBrake.Decide(after.State, Sights("RRRRUVUUUU"), null, Noon.AddMinutes(2), Options).State.IsOn.Should().BeTrue("two of the six that are left");

        var back = FleetBrake.Decide(after.State, Sights("RRRRRRRUUU"), null, Noon.AddMinutes(3), Options).State;
        back.Accepted.Should().Equal("c7", "c8", "c9");
        FleetBrake.Decide(back, Sights("RRRRUUUUUU"), null, Noon.AddMinutes(4), Options).State.IsOn.Should().BeTrue("who came back for long enough counts again");
    }

    [Fact]
    public void Anchors_ThatDoNotAnswer_StopEverything_UntilSomebodyAcceptsIt()
    {
        var on = FleetBrake.Decide(BrakeState.Off, Sights("RRU"), false, Noon, Options);
        on.Should().Match<BrakeDecision>(a => !a.Go && a.State.IsOn && a.Why.Contains("cut off"));
        FleetBrake.Decide(BrakeState.Off, Sights("RRU"), true, Noon, Options).Go.Should().BeTrue();
        var released = FleetBrake.Decide(FleetBrake.Release(on.State, Sights("RRU"), "ops", Noon), Sights("RRU"), false, Noon, Options);
        released.Go.Should().BeTrue();
        var answered = FleetBrake.Decide(released.State, Sights("RRU"), true, Noon, Options).State;
        FleetBrake.Decide(answered, Sights("RRU"), false, Noon, Options).State.IsOn.Should().BeTrue();
    }

    [Fact]
    public void Loss_IsDecidedWhenTheOthersWereLookedAt_OrAfterAWhile()
    {
        IReadOnlyList<ClusterSight> fleet = [.. Sights("RR").Select(c => c with { SeenAt = Noon.AddSeconds(-9) }), Sight("c2", Readiness.Unreachable, Noon)];

        FleetBrake.Decide(BrakeState.Off, fleet, null, Noon, Options).Should().Match<BrakeDecision>(a => !a.Go && !a.State.IsOn && a.Why.StartsWith("2 of 3 clusters have not been looked at"));
        FleetBrake.Decide(BrakeState.Off, [.. fleet.Select(c => c with { SeenAt = Noon.AddSeconds(-4) })], null, Noon, Options).Go.Should().BeTrue();
        FleetBrake.Decide(BrakeState.Off, fleet, null, Noon.AddSeconds(15), Options).Go.Should().BeTrue("a node that looks at them may be gone, too");
    }

    private static IReadOnlyList<ClusterSight> Sights(IEnumerable<char> fleet) => [.. fleet.Select((c, i) => c switch
    {
        'R' => Sight($"c{i}", Readiness.Ready, Noon.AddDays(-1)),
        'r' => Sight($"c{i}", Readiness.Ready, Noon.AddDays(-1)) with { FailedLooks = 1 },
        'n' => Sight($"c{i}", Readiness.Ready, Noon.AddSeconds(-5)),
        'N' => Sight($"c{i}", Readiness.NotReady, Noon),
        'U' => Sight($"c{i}", Readiness.Unreachable, Noon),
        'V' => Sight($"c{i}", Readiness.Unreachable, Noon.AddHours(-3)),
        _ => Sight($"c{i}", Readiness.Starting, Noon),
    })];

    private static ClusterSight Sight(string name, Readiness readiness, DateTimeOffset since) => new(name, readiness, since);
}
