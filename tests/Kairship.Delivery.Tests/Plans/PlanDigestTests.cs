using CsCheck;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Plans;
using Kairship.Delivery.Rollouts;

namespace Kairship.Delivery.Tests.Plans;

public sealed class PlanDigestTests
{
    private static readonly PlannedObject Web = new(
        new ObjectRef("apps/v1", "Deployment", "prod", "web"), PlannedAction.Update, [new FieldChange(".spec.a", "1", "2"), new FieldChange(".spec.b", null, "3")]);

    private static readonly PlannedObject Config = new(new ObjectRef("v1", "ConfigMap", "prod", "c"), PlannedAction.Create, []);

    private static readonly Subject Base = new(
        Make.Application() with { Rollout = new RolloutPolicy { Steps = [new CanaryStep(20, TimeSpan.FromSeconds(10)), new CanaryStep(50, TimeSpan.Zero)] } },
        "v2", "v1", [new PlannedWave("edge", ["a", "b"], 1), new PlannedWave("rest", ["c"], 1)],
        [
            new ClusterPlan("a", new Dictionary<string, string> { ["tier"] = "edge" }, "edge", new Dictionary<string, int> { ["Deployment/web"] = 3, ["Deployment/x"] = 1 }, "d1", [Web, Config], []),
            new ClusterPlan("b", new Dictionary<string, string>(), "edge", new Dictionary<string, int>(), "d2", [], [new PlanProblem(null, "p1"), new PlanProblem(Web.Ref, "p2")]),
        ]);

    public static TheoryData<string> Meaningful => new(Changes.Keys);

    private static readonly Dictionary<string, Func<Subject, Subject>> Changes = new()
    {
        ["application"] = s => s with { Application = s.Application with { Name = "other" } },
        ["namespace"] = s => s with { Application = s.Application with { Namespace = "other" } },
        ["revision"] = s => s with { Revision = "v3" },
        ["from"] = s => s with { From = null },
        ["step weight"] = s => Rollout(s, r => r with { Steps = [new CanaryStep(25, TimeSpan.FromSeconds(10)), r.Steps[1]] }),
        ["step time"] = s => Rollout(s, r => r with { Steps = [new CanaryStep(20, TimeSpan.FromSeconds(11)), r.Steps[1]] }),
        ["steps"] = s => Rollout(s, r => r with { Steps = [] }),
        ["approval"] = s => Rollout(s, r => r with { Approval = new ApprovalRequirement() }),
        ["deadline"] = s => Rollout(s, r => r with { ProgressDeadline = TimeSpan.FromMinutes(1) }),
        ["workflow"] = s => Rollout(s, r => r with { Workflow = "deploy" }),
        ["waves' order"] = s => s with { Waves = s.Waves.Reverse().ToList() },
        ["order in a wave"] = s => s with { Waves = [new PlannedWave("edge", ["b", "a"], 1), s.Waves[1]] },
        ["concurrency"] = s => s with { Waves = [s.Waves[0] with { MaxConcurrency = 2 }, s.Waves[1]] },
        ["a cluster less"] = s => s with { Clusters = s.Clusters.Take(1).ToList() },
        ["replicas"] = s => First(s, c => c with { Replicas = new Dictionary<string, int> { ["Deployment/web"] = 4, ["Deployment/x"] = 1 } }),
        ["manifests"] = s => First(s, c => c with { ManifestDigest = "d9" }),
        ["wave of a cluster"] = s => First(s, c => c with { Wave = "rest" }),
        ["action"] = s => First(s, c => c with { Objects = [Web with { Action = PlannedAction.Create }, Config] }),
        ["object"] = s => First(s, c => c with { Objects = [Web with { Ref = Web.Ref with { Name = "web2" } }, Config] }),
        ["after"] = s => First(s, c => c with { Objects = [Web with { Changes = [new FieldChange(".spec.a", "1", "9"), Web.Changes[1]] }, Config] }),
        ["before"] = s => First(s, c => c with { Objects = [Web with { Changes = [new FieldChange(".spec.a", "0", "2"), Web.Changes[1]] }, Config] }),
        ["leaving"] = s => First(s, c => c with { Role = PlannedRole.Leaving }),
        ["lost"] = s => First(s, c => c with { Role = PlannedRole.Lost }),
        ["problem"] = s => First(s, c => c with { Problems = [new PlanProblem(null, "new")] }),
    };

    [Theory]
    [MemberData(nameof(Meaningful))]
    public void Compute_AMeaningfulChange_ChangesTheDigest(string change) => Changes[change](Base).Digest.Should().NotBe(Base.Digest);

    [Fact]
    public void Compute_AllMeaningfulChanges_HaveDigestsOfTheirOwn() =>
        Changes.Values.Select(change => change(Base).Digest).Append(Base.Digest).Should().OnlyHaveUniqueItems();

    /// <summary>Approvals are bound to digests that were computed before: where nothing is new about a plan its digest is the same for ever.</summary>
    [Fact]
    public void Compute_APlanOfBefore_HasTheDigestThatItHad() => Base.Digest.Should().Be("1089960ce441259c3ad26f193f11aae1428f043468a2a2f23cc01ce6a4ae4951");

    [Fact]
    public void Compute_WhyItIsPlacedSo_DoesNotCount() => First(Base, c => c with { Overrides = new OverrideSummary([], 3) }).Digest.Should().Be(Base.Digest);

    [Fact]
    public void Compute_OrderWithoutMeaning_DoesNotCount()
    {
        var shuffled = Base with
        {
            Clusters = Base.Clusters.Reverse().Select(c => c with
            {
                Replicas = c.Replicas.Reverse().ToDictionary(r => r.Key, r => r.Value),
                Objects = c.Objects.Reverse().Select(o => o with { Changes = o.Changes.Reverse().ToList() }).ToList(),
                Problems = c.Problems.Reverse().ToList(),
                Labels = new Dictionary<string, string>(),
            }).ToList(),
        };

        shuffled.Digest.Should().Be(Base.Digest).And.MatchRegex("^[0-9a-f]{64}$");
    }

    /// <summary>Whatever order the answers of clusters come in, and whether or not creations are listed whole.</summary>
    [Fact]
    public void Compute_AnyPlan_InAnyOrder_HasOneDigest()
    {
        var change = Gen.Select(Gen.Int[0, 5], Gen.Int[0, 3]).Select((p, v) => new FieldChange($".spec.f{p}", v == 0 ? null : $"{v}", $"{v + 1}")).List[0, 4]
            .Select(list => (IReadOnlyList<FieldChange>)list.DistinctBy(c => c.Path).ToList());
        var planned = Gen.Select(Gen.Int[0, 20], Gen.Enum<PlannedAction>(), change)
            .Select((n, action, changes) => new PlannedObject(new ObjectRef("v1", "ConfigMap", $"ns{n % 3}", $"c{n}"), action, changes)).List[0, 8]
            .Select(list => (IReadOnlyList<PlannedObject>)list.DistinctBy(o => o.Ref.Identity).ToList());
        var cluster = Gen.Select(Gen.Int[0, 30], planned, Gen.Int[0, 3]).Select((n, objects, problems) => new ClusterPlan(
            $"cluster-{n}", new Dictionary<string, string>(), "edge", new Dictionary<string, int> { ["Deployment/a"] = n, ["Deployment/b"] = 2 }, $"d{n}", objects,
            [.. Enumerable.Range(0, problems).Select(p => new PlanProblem(null, $"p{p}"))]));
        Gen.Select(cluster.List[0, 6].Select(list => list.DistinctBy(c => c.Cluster).ToList()), Gen.Int).Sample((clusters, seed) =>
        {
            var random = new Random(seed);
            var shuffled = clusters.OrderBy(_ => random.Next()).Select(c => c with
            {
                Objects = c.Objects.OrderBy(_ => random.Next())
                    .Select(o => o with { Changes = o.Action == PlannedAction.Create ? [] : [.. o.Changes.OrderBy(_ => random.Next())], Note = $"{random.Next()}" }).ToList(),
                Problems = c.Problems.OrderBy(_ => random.Next()).ToList(),
                Replicas = c.Replicas.OrderBy(_ => random.Next()).ToDictionary(r => r.Key, r => r.Value),
            }).ToList();
            return (Base with { Clusters = shuffled }).Digest == (Base with { Clusters = clusters }).Digest;
        });
    }

    private static Subject Rollout(Subject s, Func<RolloutPolicy, RolloutPolicy> change) => s with { Application = s.Application with { Rollout = change(s.Application.Rollout) } };

    private static Subject First(Subject s, Func<ClusterPlan, ClusterPlan> change) => s with { Clusters = s.Clusters.Select((c, i) => i == 0 ? change(c) : c).ToList() };

    private sealed record Subject(Application Application, string Revision, string? From, IReadOnlyList<PlannedWave> Waves, IReadOnlyList<ClusterPlan> Clusters)
    {
        public string Digest => PlanDigest.Compute(Application, Revision, From, Waves, Clusters);
    }
}
