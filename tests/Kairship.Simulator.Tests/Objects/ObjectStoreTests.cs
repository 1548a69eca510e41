using System.Text.Json.Nodes;
using CsCheck;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Tests.Objects;

public sealed class ObjectStoreTests
{
    static readonly ObjectKey Key = new("apps", "deployments", "default", "web");

    static JsonObject Object(int replicas = 1) => new() { ["metadata"] = new JsonObject(), ["spec"] = new JsonObject { ["replicas"] = replicas } };

    [Fact]
    public void Update_OfSpec_RaisesGeneration_OfStatusDoesNot()
    {
        var store = new ObjectStore(TimeProvider.System);
        store.Create(Key, Object());
        Generation(store.Update(Key, o => { o["spec"]!["replicas"] = 2L; return o; })!).Should().Be(2);
        Generation(store.Update(Key, o => { o["status"] = new JsonObject { ["x"] = 1L }; return o; })!).Should().Be(2);
        Generation(store.Update(Key, o => { o["metadata"]!["labels"] = new JsonObject { ["a"] = "b" }; return o; })!).Should().Be(2);
        Generation(store.Update(Key, o => { o["spec"]!["replicas"] = 3L; return o; }, status: true)!).Should().Be(2);
    }

    [Fact]
    public void Update_WithoutDifference_WritesNothing()
    {
        var store = new ObjectStore(TimeProvider.System);
        var created = store.Create(Key, Object());
        store.Update(Key, o => o).Should().BeSameAs(created);
        store.Update(Key, o => { o["metadata"]!["uid"] = "forged"; return o; }).Should().BeSameAs(created);
        store.Revision.Should().Be(1);
    }

    [Fact]
    public void Delete_WithFinalizer_RemovesWithTheLastOne()
    {
        var store = new ObjectStore(TimeProvider.System);
        var held = Object();
        held["metadata"]!["finalizers"] = new JsonArray("a", "b");
        store.Create(Key, held);
        store.Delete(Key).Should().BeTrue();
        store.Get(Key)!["metadata"]!["deletionTimestamp"].Should().NotBeNull();
        store.Update(Key, o => { o["metadata"]!["finalizers"]!.AsArray().RemoveAt(0); return o; }).Should().NotBeNull();
        store.Update(Key, o => { o["metadata"]!.AsObject().Remove("finalizers"); return o; }).Should().BeNull();
        store.Get(Key).Should().BeNull();
        store.ChangesSince(0)!.Select(c => c.Type).Should().Equal(ChangeType.Added, ChangeType.Modified, ChangeType.Modified, ChangeType.Deleted);
    }

    [Fact]
    public void Delete_WithOtherUid_LeavesTheSuccessor()
    {
        var store = new ObjectStore(TimeProvider.System);
        store.Create(Key, Object());
        store.Delete(Key, "other").Should().BeFalse();
        store.Get(Key).Should().NotBeNull();
    }

    [Fact]
    public void ChangesSince_ForgottenRevision_IsNull()
    {
        var store = new ObjectStore(TimeProvider.System, historyLength: 3);
        for (var i = 0; i < 5; i++)
            store.Create(Key with { Name = $"n{i}" }, Object());
        store.ChangesSince(1).Should().BeNull();
        store.ChangesSince(2)!.Select(c => c.Revision).Should().Equal(3, 4, 5);
        store.Compact();
        store.ChangesSince(4).Should().BeNull();
        store.ChangesSince(5).Should().BeEmpty();
    }

    /// <summary>Whatever is written: replaying the changes from any revision gives the present, and undoing them gives the past.</summary>
    [Fact]
    public void History_FromAnyRevision_LeadsToThePresentAndBack()
    {
        var step = Gen.Select(Gen.Int[0, 4], Gen.Int[0, 2], Gen.Int[0, 3]);
        step.Array[0, 40].Sample(steps =>
        {
            var store = new ObjectStore(TimeProvider.System);
            var past = new List<(long Revision, string State)> { (0, "") };
            foreach (var (name, what, value) in steps)
            {
                var key = Key with { Name = $"n{name}" };
                if (what == 0 && store.Get(key) is null)
                    store.Create(key, Object(value));
                else if (what == 1)
                    store.Update(key, o => { o["spec"]!["replicas"] = (long)value; return o; });
                else if (what == 2)
                    store.Delete(key);
                past.Add((store.Revision, Show(store.List("apps", "deployments"))));
            }
            foreach (var (revision, state) in past)
            {
                Show(store.ListAt("apps", "deployments", null, revision)!).Should().Be(state);
                var replayed = store.ListAt("apps", "deployments", null, revision)!.ToDictionary(Name);
                foreach (var change in store.ChangesSince(revision)!)
                {
                    if (change.Type == ChangeType.Deleted)
                        replayed.Remove(change.Key.Name);
                    else
                        replayed[change.Key.Name] = change.Object;
                }
                Show(replayed.Values.OrderBy(Name, StringComparer.Ordinal)).Should().Be(past[^1].State);
            }
        }, iter: 200);
    }

    static long Generation(JsonObject obj) => obj["metadata"]!["generation"]!.GetValue<long>();

    static string Name(JsonObject obj) => obj["metadata"]!["name"]!.GetValue<string>();

    static string Show(IEnumerable<JsonObject> objects) => string.Join(' ', objects.Select(o => $"{Name(o)}@{o["metadata"]!["resourceVersion"]}"));
}
