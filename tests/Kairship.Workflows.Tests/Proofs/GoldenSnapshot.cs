using System.Text.Json;
using System.Text.Json.Nodes;
using Kairship.Testing;
using Kairship.Testing.Workflows;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Storage;

namespace Kairship.Workflows.Tests.Proofs;

/// <summary>One file of Golden/vN: a definition, a state that a build of that format wrote, what is to be done to it, and what it then comes to.</summary>
/// <param name="Do">"signal name key payload", "resume", "retry", "set name value", in this order.</param>
/// <param name="Expected">Status, output, variables, and effects from here on: "id=what".</param>
internal sealed record GoldenSnapshot(JsonNode Definition, DateTimeOffset At, JsonNode State, IReadOnlyList<string> Do, JsonNode Expected)
{
    private static readonly JsonSerializerOptions Format = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Folder(int format) => SharedFiles.Own("tests", "Kairship.Workflows.Tests", "Proofs", "Golden", $"v{format}");

    public static GoldenSnapshot Read(string file) => JsonSerializer.Deserialize<GoldenSnapshot>(File.ReadAllText(file))!;

    public void Write(string file) => File.WriteAllText(file, JsonSerializer.Serialize(this, Format).Replace("\r\n", "\n", StringComparison.Ordinal) + "\n");

    public byte[] Bytes => JsonSerializer.SerializeToUtf8Bytes(State);

    /// <summary>Puts the state into an empty store, as it was left, and goes on.</summary>
    public async Task<JsonNode> GoOnAsync()
    {
        await using var engine = new WorkflowHarness();
        engine.Time.SetUtcNow(At);
        var json = Definition.ToJsonString();
        await engine.ImportAsync(json);
        var version = (await engine.Store.FindDefinitionAsync(WorkflowDefinition.Parse(json).DefinitionId!, VersionOption.PublishedOnly, CancellationToken.None))!;
        const string id = "golden";
        await engine.Store.CreateInstanceAsync(
            new NewInstance(id, version.DefinitionId, version.VersionId, version.Version, null, null, null, Bytes, null, At), CancellationToken.None);
        await engine.RunToRestAsync();
        return await GoOnAsync(engine, id, Do);
    }

    public static async Task<JsonNode> GoOnAsync(WorkflowHarness engine, string id, IReadOnlyList<string> steps)
    {
        foreach (var step in steps)
        {
            await DoAsync(engine, id, step.Split(' ', 4));
            await engine.RunToRestAsync();
        }

        var snapshot = await engine.SnapshotAsync(id);
        return new JsonObject
        {
            ["status"] = (await engine.StatusAsync(id)).ToString(),
            ["output"] = snapshot.Output.DeepClone(),
            ["variables"] = snapshot.Variables.DeepClone(),
            ["effects"] = new JsonArray([.. engine.Ledger.Distinct.Select(d => $"{d.Key[(id.Length + 1)..]}: {d.Value}").Order(StringComparer.Ordinal).Select(e => JsonValue.Create(e))]),
        };
    }

    private static async Task DoAsync(WorkflowHarness engine, string id, string[] words)
    {
        switch (words[0])
        {
            case "signal":
                await engine.Runtime.SignalAsync(id, new Stimulus(new StimulusKey(words[1], words[2]), words.Length > 3 ? JsonNode.Parse(words[3]) : null), $"{words[1]}/{words[2]}", CancellationToken.None);
                break;
            case "resume":
                await engine.Runtime.ResumeAsync(id, CancellationToken.None);
                break;
            case "retry":
                await engine.Runtime.RetryAsync(id);
                break;
            case "set":
                await engine.Runtime.SetVariableAsync(id, words[1], JsonNode.Parse(words[2]), null, CancellationToken.None);
                break;
            default:
                throw new InvalidOperationException(words[0]);
        }
    }
}
