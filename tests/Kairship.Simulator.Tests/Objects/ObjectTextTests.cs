using System.Globalization;
using System.Text.Json.Nodes;
using CsCheck;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Tests.Objects;

public sealed class ObjectTextTests
{
    private static readonly string[] Words = ["", "a", "metadata", "name", "ä", "\u0001\"\\/", "😀", new string('x', 60)];

    private static readonly Gen<string> Text = Gen.OneOf(Gen.String, Gen.Int[0, Words.Length - 1].Select(i => Words[i]));

    private static readonly Gen<JsonNode?> Node = Gen.Recursive<JsonNode?>((depth, self) => depth > 3
        ? Scalars()
        : Gen.OneOf(
            Scalars(),
            self.List[0, 4].Select(items => (JsonNode?)new JsonArray([.. items.Select(i => i?.DeepClone())])),
            Gen.Dictionary(Text, self)[0, 4].Select(fields => (JsonNode?)new JsonObject(fields.Select(f => KeyValuePair.Create(f.Key, f.Value?.DeepClone()))))));

    [Fact]
    public void Object_WrittenAndReadAgain_IsTheSame() =>
        Gen.Dictionary(Text.Where(IsText), Node)[0, 6].Sample(fields =>
        {
            var obj = JsonTree.Copy(new JsonObject(fields.Select(f => KeyValuePair.Create(f.Key, f.Value?.DeepClone()))));

            var again = ObjectText.Read(ObjectText.Write(obj));

            return JsonNode.DeepEquals(again, obj) && again.ToJsonString() == obj.ToJsonString();
        });

    [Fact]
    public void Strings_ThatTreesShare_AreOneObject()
    {
        var text = """{"metadata":{"name":"pool-a"}}"""u8.ToArray();

        var (first, second) = (ObjectText.Read(text), ObjectText.Read(text));

        first["metadata"]!["name"]!.GetValue<string>().Should().BeSameAs(second["metadata"]!["name"]!.GetValue<string>());
        first.First().Key.Should().BeSameAs(second.First().Key);
    }

    [Fact]
    public void PackedStore_AnswersAsBefore_AndItsHistoryToo()
    {
        var store = new ObjectStore(TimeProvider.System);
        for (var i = 0; i < 40; i++)
        {
            store.Create(Key(i), new JsonObject { ["data"] = new JsonObject { ["n"] = i } });
            store.Update(Key(i), o =>
            {
                o["data"]!["n"] = (i * 2) + 1;
                return o;
            });
        }

        store.Delete(Key(3));
        var before = Show(store);

        store.Rest(everything: true);

        Show(store).Should().Be(before);
        store.Update(Key(5), o => o).Should().NotBeNull();
        store.Revision.Should().Be(81, "an update that changes nothing writes nothing");
        for (var round = 0; round < 5; round++)
        {
            store.Rest();
            Show(store).Should().Be(before);
        }
    }

    private static ObjectKey Key(int i) => new("", "configmaps", "default", i.ToString(CultureInfo.InvariantCulture));

    private static string Show(ObjectStore store) => string.Join(
        '\n',
        store.List("", "configmaps").Select(o => o.ToJsonString())
            .Concat(store.ChangesSince(0)!.Select(c => $"{c.Type} {c.Revision} {c.Object.ToJsonString()} {c.Old?.ToJsonString()}"))
            .Concat(store.ListAt("", "configmaps", null, 30)!.Select(o => o.ToJsonString())));

    private static Gen<JsonNode?> Scalars() => Gen.OneOf(
        Text.Where(IsText).Select(t => (JsonNode?)JsonValue.Create(t)),
        Gen.Long.Select(n => (JsonNode?)JsonValue.Create(n)),
        Gen.Double.Where(d => double.IsFinite(d) && d != 0).Select(n => (JsonNode?)JsonValue.Create(n)),
        Gen.Bool.Select(b => (JsonNode?)JsonValue.Create(b)),
        Gen.Const((JsonNode?)null));

    // Half of a surrogate pair is no text; JSON that arrives in UTF-8 cannot hold it.
    private static bool IsText(string text) => !text.Any(char.IsSurrogate) || text == "😀";
}
