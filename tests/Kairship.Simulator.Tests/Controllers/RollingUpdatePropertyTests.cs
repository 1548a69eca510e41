using CsCheck;
using Kairship.Simulator.Controllers;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Tests.Controllers;

public sealed class RollingUpdatePropertyTests
{
    private static readonly Gen<Rollout> Rollouts =
        from replicas in Gen.Int[1, 12]
        from surge in Gen.Int[0, 6]
        from unavailable in Gen.Int[surge == 0 ? 1 : 0, 6]
        from minReady in Gen.Int[0, 3]
        from changeAfter in Gen.Int[0, 12]
        select new Rollout(replicas, surge, unavailable, minReady, changeAfter);

    [Fact]
    public void RollingUpdate_AtEveryRevision_KeepsWithinSurgeAndUnavailable() => Rollouts.Sample(Check, iter: 120);

    private static void Check(Rollout rollout)
    {
        using var lab = new ControlLab();
        lab.Deployment("web", rollout.Replicas, extraSpec: $$"""
            "minReadySeconds":{{rollout.MinReadySeconds}},"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":{{rollout.Surge}},"maxUnavailable":{{rollout.Unavailable}}} }
            """);
        lab.Advance(8, step: 1);
        lab.Status("deployments", "web", "availableReplicas").Should().Be(rollout.Replicas);

        var watch = new Bounds(lab, rollout);
        using (lab.Store.Subscribe(watch.Check))
        {
            lab.SetImage("web", "app:2");
            lab.Settle();
            lab.Advance(rollout.ChangeAfter, step: 1);
            lab.SetImage("web", "app:3");
            lab.Settle();
            lab.Advance(90, step: 1);
        }

        watch.Broken.Should().BeEmpty();
        watch.Seen.Should().BeGreaterThan(rollout.Replicas);
        lab.ActivePods().Select(ControlLab.ImageOf).Should().Equal(Enumerable.Repeat("app:3", rollout.Replicas));
        lab.Reason("deployments", "web", "Progressing").Should().Be("NewReplicaSetAvailable");
    }

    private sealed record Rollout(int Replicas, int Surge, int Unavailable, int MinReadySeconds, int ChangeAfter);

    /// <summary>Counts the pods of the store itself at each change, not what controllers say of them.</summary>
    private sealed class Bounds
    {
        private readonly ControlLab _lab;
        private readonly Rollout _rollout;
        private readonly Dictionary<ObjectKey, System.Text.Json.Nodes.JsonObject> _pods;

        public Bounds(ControlLab lab, Rollout rollout)
        {
            (_lab, _rollout) = (lab, rollout);
            _pods = lab.ActivePods().ToDictionary(Pods.Key);
        }

        public List<string> Broken { get; } = [];

        public int Seen { get; private set; }

        public void Check(ObjectChange change)
        {
            if (change.Key.Plural == "pods")
            {
                _pods.Remove(change.Key);
                if (change.Type != ChangeType.Deleted && Pods.IsActive(change.Object))
                {
                    _pods[change.Key] = change.Object;
                }
            }

            Seen++;
            var available = _pods.Values.Count(p => Pods.IsAvailable(p, _rollout.MinReadySeconds, _lab.Clock.GetUtcNow()));
            if (_pods.Count > _rollout.Replicas + _rollout.Surge)
            {
                Broken.Add($"revision {change.Revision}: {_pods.Count} pods are more than {_rollout.Replicas} + {_rollout.Surge}");
            }

            if (available < _rollout.Replicas - _rollout.Unavailable)
            {
                Broken.Add($"revision {change.Revision}: {available} available pods are less than {_rollout.Replicas} - {_rollout.Unavailable}");
            }
        }
    }
}
