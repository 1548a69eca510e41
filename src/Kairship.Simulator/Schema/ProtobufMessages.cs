namespace Kairship.Simulator.Schema;

/// <summary>One field of a message.</summary>
/// <param name="Name">Its JSON name; empty when its content belongs to the message around it.</param>
/// <param name="KeepsZero">Zero is a value: the field is a pointer or always written. Otherwise zero means absent.</param>
/// <param name="Kind">
/// s string, b bytes, i integer, B boolean, d double, q quantity, t time, u time with microseconds, x int-or-string, r embedded JSON, or a message's name.
/// </param>
internal sealed record ProtobufField(string Name, bool KeepsZero, bool IsList, bool IsMap, string Kind);

/// <summary>The numbers of the fields of Kubernetes' protobuf messages, from the embedded kubernetes-protobuf.txt.</summary>
internal static class ProtobufMessages
{
    static readonly Lazy<Loaded> Messages = new(Load);

    /// <summary>Name of the message of a kind; null when it is not known.</summary>
    public static string? Of(string apiVersion, string kind) => Messages.Value.Kinds.GetValueOrDefault($"{apiVersion}/{kind}");

    /// <summary>The fields of a message by number.</summary>
    public static IReadOnlyDictionary<int, ProtobufField> Fields(string message) => Messages.Value.Fields[message];

    static Loaded Load()
    {
        using var stream = typeof(ProtobufMessages).Assembly.GetManifestResourceStream("kubernetes-protobuf.txt")
            ?? throw new InvalidOperationException("The embedded kubernetes-protobuf.txt is missing from the assembly.");
        using var reader = new StreamReader(stream);
        var loaded = new Loaded([], []);
        while (reader.ReadLine() is { } line)
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words is ["kind", var kind, var message])
                loaded.Kinds[kind] = message;
            else if (words is ["message", var name, .. var fields])
                loaded.Fields[name] = fields.Select(Field).ToDictionary(f => f.Number, f => f.Field);
        }
        return loaded;
    }

    // name!=3:[]core.v1.Container
    static (int Number, ProtobufField Field) Field(string text)
    {
        var (left, right) = (text[..text.IndexOf('=', StringComparison.Ordinal)], text[(text.IndexOf('=', StringComparison.Ordinal) + 1)..]);
        var parts = right.Split(':', 2);
        var (list, map) = (parts[1].StartsWith("[]", StringComparison.Ordinal), parts[1].StartsWith("{}", StringComparison.Ordinal));
        var inline = left.EndsWith('^');
        return (int.Parse(parts[0]), new ProtobufField(inline ? "" : left.TrimEnd('!'), left.EndsWith('!'), list, map, list || map ? parts[1][2..] : parts[1]));
    }

    sealed record Loaded(Dictionary<string, string> Kinds, Dictionary<string, IReadOnlyDictionary<int, ProtobufField>> Fields);
}
