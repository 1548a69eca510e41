using System.Globalization;
using System.Text;
using CsCheck;
using Kairship.Simulator.Objects;
using Kairship.Simulator.State;

namespace Kairship.Simulator.Tests.State;

public sealed class JournalTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("journal").FullName;

    private string File => Path.Combine(_folder, "objects.journal");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Journal_CutAtAnyByte_HoldsEveryWholeRecordBefore()
    {
        var (states, ends) = Script(File);
        var bytes = System.IO.File.ReadAllBytes(File);
        for (var cut = ends[0]; cut <= bytes.Length; cut++)
        {
            System.IO.File.WriteAllBytes(File, bytes[..(int)cut]);
            var expected = states[ends.FindLastIndex(e => e <= cut)];

            Show(File).Should().Be(expected, "it was cut at {0} of {1}", cut, bytes.Length);
            System.IO.File.ReadAllBytes(File).Length.Should().Be((int)ends.Last(e => e <= cut), "it goes on after the last whole record");
        }
    }

    [Fact]
    public void LastRecord_WithAnyByteWrong_IsTakenAsTorn()
    {
        var (states, ends) = Script(File);
        var bytes = System.IO.File.ReadAllBytes(File);
        for (var at = ends[^2]; at < bytes.Length; at++)
        {
            var torn = (byte[])bytes.Clone();
            torn[at] ^= 0x55;
            System.IO.File.WriteAllBytes(File, torn);
            Show(File).Should().Be(states[^2]);
        }

        System.IO.File.WriteAllBytes(File, [.. bytes, .. new byte[4096]]);
        Show(File).Should().Be(states[^1], "a file system may leave zeros behind after a power failure");
    }

    [Fact]
    public void Journal_DamagedInTheMiddle_IsRefused()
    {
        var (_, ends) = Script(File);
        var bytes = System.IO.File.ReadAllBytes(File);
        bytes[ends[2] + 20] ^= 1;
        System.IO.File.WriteAllBytes(File, bytes);

        FluentActions.Invoking(() => Show(File)).Should().Throw<SimulatorStateException>().WithMessage($"*damaged at byte {ends[2]}*");
    }

    [Fact]
    public void Journal_WithAnyByteOfAMiddleRecordWrong_IsRefused()
    {
        var (_, ends) = Script(File);
        var bytes = System.IO.File.ReadAllBytes(File);
        for (var at = ends[2]; at < ends[3]; at++)
        {
            var damaged = (byte[])bytes.Clone();
            damaged[at] ^= 0x55;
            System.IO.File.WriteAllBytes(File, damaged);

            FluentActions.Invoking(() => Show(File)).Should().Throw<SimulatorStateException>("byte {0} is wrong, and later changes were acknowledged", at)
                .WithMessage($"*damaged at byte {ends[2]}*");
        }
    }

    [Fact]
    public void Object_AsDeepAsMayBeStored_ReadsBack()
    {
        var text = string.Concat(Enumerable.Repeat("{\"a\":", 519)) + "1" + new string('}', 519);
        using (var journal = Journal.Create(File, [(Key(1), Encoding.UTF8.GetBytes(text))], 1))
        {
            journal.Append(Key(2), Encoding.UTF8.GetBytes(text), 2);
        }

        JournalContent.Read(File).Objects.Values.Select(Encoding.UTF8.GetString).Should().Equal(text, text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("something else altogether")]
    public void FileThatIsNoJournal_IsRefused(string text)
    {
        System.IO.File.WriteAllText(File, text);
        FluentActions.Invoking(() => Show(File)).Should().Throw<SimulatorStateException>().WithMessage("*no journal*Remove the folder*");
    }

    [Fact]
    public void Journal_OfRandomChanges_ReadsBackWhatTheStoreHolds() =>
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 9], Gen.Int[0, 1000]).Array[0, 200].Sample(changes =>
        {
            var path = Path.Combine(_folder, Guid.NewGuid().ToString("n"));
            var expected = new Dictionary<ObjectKey, byte[]>();
            var revision = 10L;
            using (var journal = Journal.Create(path, [], revision))
            {
                foreach (var (act, name, value) in changes)
                {
                    revision++;
                    if (act == 0)
                    {
                        journal.Compact(expected.Select(e => (e.Key, e.Value)), --revision);
                    }
                    else
                    {
                        var text = act == 1 ? null : Encoding.UTF8.GetBytes($$"""{"v":{{value}},"t":"\u00e4\"{}"}""");
                        journal.Append(Key(name), text, revision);
                        _ = text is null ? expected.Remove(Key(name)) : (expected[Key(name)] = text) is not null;
                    }
                }
            }

            var content = JournalContent.Read(path);
            content.Revision.Should().Be(revision);
            content.Objects.Should().BeEquivalentTo(expected);
        }, iter: 50);

    [Fact]
    public void SnapshotThatCannotBeWritten_LeavesNothingBehind_AndTheJournalGoesOn()
    {
        var text = "{}"u8.ToArray();
        using (var journal = Journal.Create(File, [(Key(1), text)], 1))
        {
            FluentActions.Invoking(() => journal.Compact(Half(), 2)).Should().Throw<IOException>();
            Directory.GetFiles(_folder).Should().Equal(File);
            journal.Append(Key(2), text, 2);
        }

        JournalContent.Read(File).Objects.Should().HaveCount(2);

        static IEnumerable<(ObjectKey, byte[])> Half()
        {
            yield return (Key(1), new byte[2_000_000]);
            throw new IOException("No space left on device");
        }
    }

    [Fact]
    public void Journal_OfManyChanges_StaysBounded()
    {
        var text = Encoding.UTF8.GetBytes($$"""{"data":"{{new string('x', 2000)}}"}""");
        using var journal = Journal.Create(File, [(Key(1), text)], 1);
        var (longest, compactions) = (0L, 0);
        for (var revision = 2; revision < 2000; revision++)
        {
            journal.Append(Key(revision % 10), text, revision);
            if (journal.IsLong)
            {
                journal.Compact(Enumerable.Range(0, 10).Select(i => (Key(i), text)), revision);
                compactions++;
            }

            longest = Math.Max(longest, new FileInfo(File).Length);
        }

        longest.Should().BeLessThan(350 * 1024);
        compactions.Should().BeInRange(5, 30);
        JournalContent.Read(File).Objects.Should().HaveCount(10);
    }

    /// <summary>A journal with some records; what it holds after each, and where each ends. The first is the snapshot.</summary>
    private static (List<string> States, List<long> Ends) Script(string path)
    {
        var (states, ends) = (new List<string>(), new List<long>());
        using var journal = Journal.Create(path, [(Key(0), "{\"a\":0}"u8.ToArray())], 7);
        Note();
        for (var i = 1; i <= 6; i++)
        {
            journal.Append(Key(i % 4), i == 4 ? null : Encoding.UTF8.GetBytes($$"""{"a":{{i}},"text":"ünï"}"""), 7 + i);
            Note();
        }

        return (states, ends);

        void Note()
        {
            ends.Add(journal.Length);
            states.Add(Text(JournalContent.Read(path)));
        }
    }

    private static string Show(string path)
    {
        var (journal, objects, revision) = Journal.Open(path);
        journal.Dispose();
        return Text(new JournalContent(objects, revision, 0, 0));
    }

    private static string Text(JournalContent content) =>
        $"{content.Revision}: {string.Join(" ", content.Objects.OrderBy(o => o.Key.Name).Select(o => $"{o.Key}={Encoding.UTF8.GetString(o.Value)}"))}";

    private static ObjectKey Key(int i) => new("", "configmaps", i % 2 == 0 ? "default" : null, i.ToString(CultureInfo.InvariantCulture));
}
