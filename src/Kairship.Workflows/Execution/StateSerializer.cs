using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kairship.Workflows.Execution;

/// <summary>Snapshots as bytes: UTF-8 JSON with a format number, so that a later build can read what an earlier one wrote.</summary>
internal static class StateSerializer
{
    /// <summary>Nesting of a snapshot: a value may be nested half as deep.</summary>
    public const int MaxDepth = 256;

    public static byte[] Write(InstanceState state) => JsonSerializer.SerializeToUtf8Bytes(state, StateJson.Default.InstanceState);

    /// <exception cref="InvalidDataException">The bytes are not a snapshot, or of a format that this build does not know.</exception>
    public static InstanceState Read(ReadOnlyMemory<byte> bytes)
    {
        InstanceState? state;
        try
        {
            state = JsonSerializer.Deserialize(bytes.Span, StateJson.Default.InstanceState);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"The snapshot cannot be read: {e.Message}", e);
        }

        return state is { Format: > 0 and <= InstanceState.CurrentFormat }
            ? state
            : throw new InvalidDataException($"The snapshot has format {state?.Format}; this build reads up to {InstanceState.CurrentFormat}. Run it with a newer build.");
    }
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault, MaxDepth = StateSerializer.MaxDepth)]
[JsonSerializable(typeof(InstanceState))]
internal sealed partial class StateJson : JsonSerializerContext;
