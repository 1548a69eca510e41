using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Controllers.StatefulSets;

/// <summary>The part of a StatefulSet's spec that its decisions rest on, with the defaults of the API.</summary>
internal sealed record StatefulSetSpec(int Replicas, int Start, int Partition, bool OnDelete, bool Parallel, int MinReadySeconds)
{
    public int End => Start + Replicas;

    public static StatefulSetSpec Read(JsonObject set) => new(
        set.Spec("replicas").Int(1),
        set.Spec("ordinals", "start").Int(),
        set.Spec("updateStrategy", "rollingUpdate", "partition").Int(),
        JsonTree.Text(set.Spec("updateStrategy", "type")) == "OnDelete",
        JsonTree.Text(set.Spec("podManagementPolicy")) == "Parallel",
        set.Spec("minReadySeconds").Int());
}
