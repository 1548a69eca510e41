using System.Runtime.InteropServices;

namespace Kairship.Storage.Workflows;

internal static class Bytes
{
    /// <summary>The array behind the memory where that is exactly it, otherwise a copy.</summary>
    public static byte[] Of(ReadOnlyMemory<byte> memory) =>
        MemoryMarshal.TryGetArray(memory, out var part) && part.Array is { } array && part.Offset == 0 && part.Count == array.Length
            ? array
            : memory.ToArray();
}
