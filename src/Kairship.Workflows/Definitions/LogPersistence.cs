using System.Text.Json.Nodes;

namespace Kairship.Workflows.Definitions;

/// <summary>
/// Which values the journal keeps, as customProperties say: Elsa's logPersistenceMode <c>{default, inputs: {name: mode}, outputs: {...}}</c> or only a mode, with the modes
/// Include, Exclude and Inherit; logPersistenceConfig is read alike where it names a strategy. Null: inherited.
/// </summary>
public sealed class LogPersistence
{
    private readonly Dictionary<string, bool> inputs = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, bool> outputs = new(StringComparer.OrdinalIgnoreCase);

    private LogPersistence()
    {
    }

    public static LogPersistence Inherit { get; } = new();

    public bool? Default { get; private init; }

    public bool? Input(string name) => inputs.TryGetValue(name, out var mode) ? mode : null;

    public bool? Output(string name) => outputs.TryGetValue(name, out var mode) ? mode : null;

    internal static LogPersistence Of(JsonNode? customProperties)
    {
        var custom = customProperties as JsonObject;
        var said = custom?["logPersistenceConfig"] ?? custom?["logPersistenceMode"];
        if (said is not JsonObject o)
        {
            return Mode(said) is { } only ? new LogPersistence { Default = only } : Inherit;
        }

        var read = new LogPersistence { Default = Mode(o["default"]) };
        Fill(read.inputs, o["inputs"]);
        Fill(read.outputs, o["outputs"]);
        return read;
    }

    private static void Fill(Dictionary<string, bool> modes, JsonNode? said)
    {
        foreach (var (name, value) in said as JsonObject ?? [])
        {
            if (Mode(value) is { } mode)
            {
                modes[name] = mode;
            }
        }
    }

    private static bool? Mode(JsonNode? said)
    {
        var text = DefinitionJson.Text(said is JsonObject strategy ? strategy["strategyType"] : said);
        return text is null ? null
            : text.Contains("Exclude", StringComparison.OrdinalIgnoreCase) ? false
            : text.Contains("Include", StringComparison.OrdinalIgnoreCase) ? true
            : null;
    }
}
