using System.Text.Json.Nodes;
using Kairship.Testing.Workflows;
using Kairship.Workflows.Execution;
using Kairship.Workflows.Storage;

namespace Kairship.Workflows.Tests.Proofs;

/// <summary>States that were written by builds of each format, checked in: this build goes on with them as that one would have.</summary>
public sealed class GoldenTests
{
    public static TheoryData<int, string> Files => new(Enumerable.Range(1, InstanceState.CurrentFormat)
        .SelectMany(format => Directory.GetFiles(GoldenSnapshot.Folder(format), "*.json").Order(StringComparer.Ordinal).Select(f => (format, Path.GetFileNameWithoutExtension(f)))));

    [Theory]
    [MemberData(nameof(Files))]
    public async Task OldSnapshot_GoesOnToItsEnd(int format, string name)
    {
        var golden = GoldenSnapshot.Read(Path.Combine(GoldenSnapshot.Folder(format), $"{name}.json"));
        golden.Expected["status"]!.GetValue<string>().Should().Be("Finished");
        golden.Expected["effects"]!.AsArray().Should().NotBeEmpty();

        var actual = await golden.GoOnAsync();

        actual.ToJsonString().Should().Be(golden.Expected.ToJsonString());
    }

    /// <summary>Old builds read only what they know, new ones must read what old ones wrote.</summary>
    [Fact]
    public void Format_IsThatOfTheGoldenFiles()
    {
        var known = File.ReadAllLines(Path.Combine(GoldenSnapshot.Folder(InstanceState.CurrentFormat), "properties.txt"));

        known.Except(SnapshotFormat.Lines()).Should().BeEmpty(
            "what was taken out, renamed or retyped makes old snapshots unreadable: raise InstanceState.CurrentFormat, read the old format too, write new golden files (GoldenScenarios)");
        SnapshotFormat.Lines().Except(known).Should().BeEmpty(
            "what is new and optional needs no new format, but a line in properties.txt, once it is sure that its absence means what it meant before");
    }

    [Fact]
    public async Task SnapshotOfANewerFormat_IsRefused_AndNotTouched()
    {
        await using var engine = new WorkflowHarness();
        await engine.ImportAsync(Def.Workflow("w", Def.Sequence("root", Def.Effect("e"))));
        var version = (await engine.Store.FindDefinitionAsync("w", VersionOption.PublishedOnly, CancellationToken.None))!;
        var newer = "{\"f\":999,\"id\":\"i\",\"unknown\":[1]}"u8.ToArray();
        await engine.Store.CreateInstanceAsync(
            new NewInstance("i", "w", version.VersionId, 1, null, null, null, newer, null, engine.Time.GetUtcNow()), CancellationToken.None);
        for (var i = 0; i < 2; i++)
        {
            await engine.RunToRestAsync();

            var record = await engine.InstanceAsync("i");
            record.QuarantineReason.Should().Contain("format 999").And.Contain("newer build");
            record.State.ToArray().Should().Equal(newer);
            record.Status.Should().Be(InstanceStatus.Pending);
            (await engine.Store.ReadJournalAsync("i", new PageRequest(), CancellationToken.None)).Total.Should().Be(0);
            (await engine.Runtime.LiftQuarantineAsync("i")).Should().BeTrue();
        }
    }

    /// <summary>Not a test: writes the files of the current format.</summary>
    [Fact]
    public async Task Write() => await (Environment.GetEnvironmentVariable("KAIRSHIP_WRITE_GOLDEN") == "1" ? GoldenScenarios.WriteAsync(InstanceState.CurrentFormat) : Task.CompletedTask);
}
