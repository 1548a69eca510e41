using CsCheck;
using Kairship.Storage.Workflows;
using Kairship.Workflows.Storage;

namespace Kairship.Storage.Tests.Workflows;

public sealed class JournalChunkTests
{
    private static readonly string[] Texts = ["a", "i/a/1", "i/", "ii/b", "say \"x\" ☸\n", "", "7", "null"];
    private static readonly Gen<string> Text = Gen.Int[0, Texts.Length - 1].Select(n => Texts[n]);

    private static readonly Gen<JournalRecord> Line = Gen.Select(
        Gen.Long[0, long.MaxValue], Gen.Long[0, DateTimeOffset.MaxValue.UtcTicks], Text.Null(), Text.Null(), Text.Null(), Text.Null(), Text, Text.Null(),
        (sequence, at, activity, type, execution, message, what, data) =>
            new JournalRecord("i", sequence, new DateTimeOffset(at, TimeSpan.Zero), activity, activity, type, execution, what, message, data));

    [Fact]
    public void Chunk_WrittenAndRead_IsTheSame() =>
        Line.List[0, 20].Sample(lines => JournalChunk.Read("i", JournalChunk.Write("i", lines)).Should().Equal(lines), iter: 500);

    [Fact]
    public void Chunk_OfARun_SaysEachTextOnce()
    {
        var lines = Enumerable.Range(1, 20)
            .Select(n => new JournalRecord("0192f0c4", n, default, "activity", "Workflow1:root:activity", "Elsa.WriteLine", "0192f0c4/activity/1", "Started", null, null))
            .ToList();

        var text = System.Text.Encoding.UTF8.GetString(JournalChunk.Write("0192f0c4", lines));

        text.Should().NotContain("0192f0c4");
        text.Split("Elsa.WriteLine").Should().HaveCount(2);
    }
}
