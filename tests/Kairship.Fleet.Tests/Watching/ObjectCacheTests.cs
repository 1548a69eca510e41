using System.Globalization;
using System.Text.Json.Nodes;
using CsCheck;
using Kairship.Fleet.Watching;

namespace Kairship.Fleet.Tests.Watching;

public class ObjectCacheTests
{
    private static readonly Gen<List<(int Name, int Version)>> Lists =
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 3]).List[0, 6].Select(l => l.DistinctBy(o => o.Item1).ToList());

    [Fact]
    public void Replace_AnyTwoLists_TellsExactlyTheDifference() => Gen.Select(Lists, Lists).Sample((before, after) =>
    {
        var cache = new ObjectCache();
        cache.Replace([.. before.Select(Object)]);
        var events = cache.Replace([.. after.Select(Object)]);

        events[^1].Type.Should().Be(ResourceEventType.Synced);
        var mirror = before.ToDictionary(o => o.Name, o => o.Version);
        foreach (var change in events.SkipLast(1))
        {
            var name = int.Parse(change.Object["metadata"]!["name"]!.ToString(), CultureInfo.InvariantCulture);
            var version = int.Parse(change.Object["metadata"]!["resourceVersion"]!.ToString(), CultureInfo.InvariantCulture);
            switch (change.Type)
            {
                case ResourceEventType.Added:
                    mirror.TryAdd(name, version).Should().BeTrue();
                    break;
                case ResourceEventType.Modified:
                    mirror[name].Should().NotBe(version);
                    mirror[name] = version;
                    break;
                default:
                    mirror.Remove(name).Should().BeTrue();
                    break;
            }
        }

        mirror.Should().BeEquivalentTo(after.ToDictionary(o => o.Name, o => o.Version));
        cache.Count.Should().Be(after.Count);
    });

    [Fact]
    public void Apply_RepeatedEvents_AreNotToldAgain()
    {
        var cache = new ObjectCache();
        cache.Apply("ADDED", Object((1, 1)))!.Type.Should().Be(ResourceEventType.Added);
        cache.Apply("ADDED", Object((1, 1))).Should().BeNull();
        cache.Apply("MODIFIED", Object((1, 2)))!.Type.Should().Be(ResourceEventType.Modified);
        cache.Apply("DELETED", Object((1, 3)))!.Type.Should().Be(ResourceEventType.Deleted);
        cache.Apply("DELETED", Object((1, 3))).Should().BeNull();
    }

    private static JsonObject Object((int Name, int Version) o) => new()
    {
        ["metadata"] = new JsonObject { ["name"] = o.Name.ToString(CultureInfo.InvariantCulture), ["resourceVersion"] = o.Version.ToString(CultureInfo.InvariantCulture) },
    };
}
