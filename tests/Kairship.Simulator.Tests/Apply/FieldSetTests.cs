using System.Text.Json.Nodes;
using CsCheck;
using Kairship.Simulator.Apply;
using Kairship.Simulator.Schema;

namespace Kairship.Simulator.Tests.Apply;

public sealed class FieldSetTests
{
    static readonly Gen<FieldSet> Sets = Gen.Select(Gen.Int[0, 3], Gen.Int[0, 3], Gen.Int[0, 2]).Array[0, 8].Select(paths =>
    {
        var set = new FieldSet();
        foreach (var (a, b, depth) in paths)
        {
            var node = set.ChildOrNew($"f:{a}");
            if (depth > 0)
                node = node.ChildOrNew($"k:{{\"name\":\"{b}\"}}");
            if (depth > 1)
                node = node.ChildOrNew("f:image");
            node.Member = true;
        }
        return set;
    });

    [Fact]
    public void Sets_FollowTheAlgebra() => Gen.Select(Sets, Sets).Sample((a, b) =>
    {
        Paths(a.Union(b)).Should().BeEquivalentTo(Paths(a).Union(Paths(b)));
        Paths(a.Difference(b)).Should().BeEquivalentTo(Paths(a).Except(Paths(b)));
        Paths(a.Intersection(b)).Should().BeEquivalentTo(Paths(a).Intersect(Paths(b)));
        a.Difference(a).IsEmpty.Should().BeTrue();
    }, iter: 500);

    [Fact]
    public void Json_WrittenAndRead_IsTheSameSet() => Sets.Sample(set => FieldSet.FromJson(set.ToJson()).SameAs(set), iter: 500);

    /// <summary>Two managers that apply disjoint keys of a map never conflict, and each may withdraw exactly its own.</summary>
    [Fact]
    public void Apply_OfDisjointKeys_IsIndependent()
    {
        var schema = BuiltInSchemas.Of("v1", "ConfigMap")!;
        var keys = Gen.Int[0, 5].Array[0, 5];
        Gen.Select(keys, keys, keys).Sample((mine, theirs, next) =>
        {
            var (one, two) = (Manager("one"), Manager("two"));
            var live = ServerSideApply.Apply([], Map("a", mine), schema, one, false, "t");
            live = ServerSideApply.Apply(live, Map("b", theirs), schema, two, false, "t");
            live = ServerSideApply.Apply(live, Map("a", next), schema, one, false, "t");
            var left = (live["data"] as JsonObject ?? []).Select(p => p.Key);
            left.Should().BeEquivalentTo(next.Select(k => $"a{k}").Union(theirs.Select(k => $"b{k}")));
        }, iter: 300);

        static FieldManager Manager(string name) => new(name, FieldManager.Apply, "v1", null);

        static JsonObject Map(string prefix, int[] keys)
        {
            var data = new JsonObject();
            foreach (var key in keys)
                data[$"{prefix}{key}"] = "1";
            return new JsonObject { ["apiVersion"] = "v1", ["kind"] = "ConfigMap", ["metadata"] = new JsonObject { ["name"] = "m" }, ["data"] = data };
        }
    }

    static IEnumerable<string> Paths(FieldSet set) => set.Paths();
}
