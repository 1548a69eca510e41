using CsCheck;
using Kairship.Delivery.Arbitration;
using Kairship.Delivery.Failover;
using Kairship.Delivery.Failover.Returning;
using Kairship.Delivery.Manifests;

namespace Kairship.Delivery.Tests.Failover.Returning;

using Fleet = Kairship.Delivery.Tests.Placement.Fleet;

public sealed class FailbackTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);
    private static readonly FailbackOrigin Origin = new("shop", Fleet.Previous("a:2 b:1"), "shop-3", Now.AddHours(-1));
    private static readonly ReturnComparison Clean = new("a", [], []);

    [Theory]
    [InlineData(FailbackMode.Automatic, 600, FailbackVerdict.Go, "shop returns to a.")]
    [InlineData(FailbackMode.Approval, 600, FailbackVerdict.Ask, "people to agree first")]
    [InlineData(FailbackMode.Never, 600, FailbackVerdict.Stay, "failback mode never")]
    [InlineData(FailbackMode.Automatic, 599, FailbackVerdict.Wait, "is trusted from 2026-05-04 12:00:01Z on.")]
    [InlineData(FailbackMode.Automatic, null, FailbackVerdict.Wait, "a is not back.")]
    public void Judge_Table(FailbackMode mode, int? wellFor, FailbackVerdict verdict, string sentence)
    {
        var answer = Judge(mode, new ReturningCluster("a", wellFor is { } s ? Now.AddSeconds(-s) : null, [Now.AddHours(-1)], Clean));
        answer.Verdict.Should().Be(verdict);
        answer.Sentence.Should().Contain(sentence);
    }

    [Fact]
    public void Judge_WhatStandsInTheWay()
    {
        var well = new ReturningCluster("a", Now.AddHours(-1), [], Clean);
        Judge(FailbackMode.Automatic).Verdict.Should().Be(FailbackVerdict.Back);
        Judge(FailbackMode.Automatic, well with { Comparison = null }).Sentence.Should().Contain("has not been compared yet");
        Judge(FailbackMode.Automatic, well with { Comparison = Clean with { Unread = ["secrets: forbidden"] } }).Sentence.Should().Contain("could not be read in full: secrets");
        Judge(FailbackMode.Automatic, well with { Comparison = Clean with { Items = [new ReturnItem(new ObjectRef("v1", "Pod", "x", "p"), "shop", ReturnAction.Hold, "A person has to look.")] } })
            .Should().Be(new FailbackAnswer(FailbackVerdict.Wait, "A person has to look."));
        Judge(FailbackMode.Automatic, well, well with { Name = "c", WellSince = null }).Sentence.Should().Be("c is not back.", "it returns once");
        Failback.Judge(App(FailbackMode.Automatic), Origin, [well], null, new BrakeAnswer(true, "Too much is lost."), new FlapDamping(), Now).Sentence.Should().Contain("Too much is lost.");
        ArbiterLease Lease(ArbiterPurpose purpose) => new("shop", "somebody", purpose, 1, Now);
        Failback.Judge(App(FailbackMode.Automatic), Origin, [well], Lease(ArbiterPurpose.Failover), BrakeAnswer.Off, new FlapDamping(), Now).Verdict.Should().Be(FailbackVerdict.Wait);
        Failback.Judge(App(FailbackMode.Automatic), Origin, [well], Lease(ArbiterPurpose.Release), BrakeAnswer.Off, new FlapDamping(), Now).Verdict.Should().Be(FailbackVerdict.Wait);
        Failback.Judge(App(FailbackMode.Automatic), Origin, [well], Lease(ArbiterPurpose.Scale), BrakeAnswer.Off, new FlapDamping(), Now).Verdict.Should().Be(FailbackVerdict.Go);
    }

    [Theory]
    [InlineData("", 600)]
    [InlineData("10", 600)]
    [InlineData("10 20", 1200)]
    [InlineData("10 20 30 40", 4800)]
    [InlineData("10 20 100000", 1200)] // the third was longer than a day ago
    [InlineData("1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63 64 65 66", 28_800)]
    public void Stabilisation_DoublesWithEveryLoss_UpToABound(string losses, int expected) => new FlapDamping()
        .Stabilisation(TimeSpan.FromMinutes(10), [.. losses.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(s => Now.AddSeconds(-int.Parse(s)))], Now).Should().Be(TimeSpan.FromSeconds(expected));

    [Fact]
    public void Stabilisation_LongerThanTheBound_StaysTheApplicationsOwn() =>
        new FlapDamping().Stabilisation(TimeSpan.FromHours(20), [Now, Now], Now).Should().Be(TimeSpan.FromHours(20));

    [Fact]
    public void Judge_AFlappingCluster_IsToldWhyItWaits() =>
        Judge(FailbackMode.Automatic, new ReturningCluster("a", Now.AddMinutes(-15), [Now.AddHours(-1), Now.AddHours(-2)], Clean)).Sentence
            .Should().Be("a is well since 2026-05-04 11:45:00Z and is trusted from 2026-05-04 12:05:00Z on, since it was lost 2 times within 24h (20m instead of 10m).");

    [Fact]
    public void AnyFlapping_MovesAnApplicationBackAtMostOnceInEachWindow() => Gen.Select(Gen.Int[0, 1200].Array[1, 80], Gen.Int[1, 900]).Sample((spans, stabilisation) =>
    {
        // The cluster is lost and well in turn; the application leaves at once and returns as soon as it may.
        var app = App(FailbackMode.Automatic);
        app = app with { Failover = app.Failover with { Failback = app.Failover.Failback with { Stabilisation = TimeSpan.FromSeconds(stabilisation) } } };
        var (now, isThere, losses, moves) = (Now, true, new List<DateTimeOffset>(), new List<(DateTimeOffset At, bool IsBack, TimeSpan Window)>());
        for (var i = 0; i < spans.Length; i++)
        {
            if (i % 2 == 0)
            {
                losses.Add(now);
                if (isThere)
                {
                    isThere = false;
                    moves.Add((now, false, default));
                }

                now = now.AddSeconds(spans[i]);
                continue;
            }

            var (well, end) = (now, now.AddSeconds(spans[i]));
            for (; now < end; now = now.AddSeconds(7))
            {
                if (!isThere && Failback.Judge(app, Origin, [new ReturningCluster("a", well, losses, Clean)], null, BrakeAnswer.Off, new FlapDamping(), now).Verdict == FailbackVerdict.Go)
                {
                    isThere = true;
                    moves.Add((now, true, new FlapDamping().Stabilisation(TimeSpan.FromSeconds(stabilisation), losses, well)));
                }
            }

            now = end;
        }

        var returns = moves.Where(m => m.IsBack).ToList();
        returns.Skip(1).Select((m, i) => m.At - returns[i].At >= m.Window && m.Window >= TimeSpan.FromSeconds(stabilisation)).Should().NotContain(false);
        moves.Select(m => m.IsBack).Should().Equal(moves.Select((_, i) => i % 2 == 1), "it leaves and returns in turn");
        var leaves = moves.Where(m => !m.IsBack).ToList();
        leaves.Skip(1).Select((m, i) => m.At - leaves[i].At >= TimeSpan.FromSeconds(stabilisation)).Should().NotContain(false);
    });

    [Fact]
    public void Origin_IsTheFirstPlace_HoweverOftenItMovesOn()
    {
        var first = FailbackOrigin.Remember(null, "shop", Fleet.Previous("a:2 b:1"), "shop-3", Now);
        FailbackOrigin.Remember(first, "shop", Fleet.Previous("b:3"), "shop-4", Now.AddHours(1)).Should().BeSameAs(first);
        first.Missing(Fleet.Previous("c:2 b:1")).Should().Equal("a");
        first.IsBack(Fleet.Previous("a:5 b:1")).Should().BeTrue();
        first.IsBack(Fleet.Previous("a:5 b:1 c:1")).Should().BeFalse();
    }

    private static Kairship.Delivery.Applications.Application App(FailbackMode mode) =>
        Make.Application() with { Failover = new FailoverPolicy { Failback = new FailbackPolicy { Mode = mode } } };

    private static FailbackAnswer Judge(FailbackMode mode, params ReturningCluster[] missing) => Failback.Judge(App(mode), Origin, missing, null, BrakeAnswer.Off, new FlapDamping(), Now);
}
