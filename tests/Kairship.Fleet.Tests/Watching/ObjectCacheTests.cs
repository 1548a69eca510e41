using System.Globalization;
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
            var name = int.Parse(change.Source!.Name, CultureInfo.InvariantCulture);
            var version = int.Parse(change.Source.ResourceVersion, CultureInfo.InvariantCulture);
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
        cache.Equals([.. after.Select(Object)]).Should().BeTrue();
    });

    [Fact]
    public void Apply_RepeatedAndLateEvents_AreNotToldAgain()
    {
        var cache = new ObjectCache();
        cache.Apply(deleted: false, Object((1, 1)))!.Type.Should().Be(ResourceEventType.Added);
        cache.Apply(deleted: false, Object((1, 1))).Should().BeNull();
        cache.Apply(deleted: false, Object((1, 12)))!.Type.Should().Be(ResourceEventType.Modified);
        cache.Apply(deleted: false, Object((1, 9))).Should().BeNull("9 was before 12");
        cache.Apply(deleted: true, Object((1, 8))).Should().BeNull("that was another deletion");
        cache.Apply(deleted: true, Object((1, 13)))!.Type.Should().Be(ResourceEventType.Deleted);
        cache.Apply(deleted: true, Object((1, 13))).Should().BeNull();
    }

    private static WatchedObject Object((int Name, int Version) o) =>
        new(null, o.Name.ToString(CultureInfo.InvariantCulture), o.Version.ToString(CultureInfo.InvariantCulture), "{}"u8.ToArray());
}
