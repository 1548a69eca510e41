using System.Net;

namespace Kairship.Simulator.Nodes;

/// <summary>Addresses of pods, 10.64.0.0/10, each given once.</summary>
internal sealed class PodAddresses
{
    private const int First = 10 << 24 | 64 << 16;
    private const int Size = 1 << 22;
    private int _given;

    public string Next()
    {
        var n = First + (Interlocked.Increment(ref _given) % Size);
        return $"{(n >> 24) & 255}.{(n >> 16) & 255}.{(n >> 8) & 255}.{n & 255}";
    }

    /// <summary>A pod has this address already.</summary>
    public void Taken(string? address)
    {
        if (address is null || !IPAddress.TryParse(address, out var parsed) || parsed.GetAddressBytes() is not { Length: 4 } bytes)
        {
            return;
        }

        var n = (bytes[0] << 24 | bytes[1] << 16 | bytes[2] << 8 | bytes[3]) - First;
        if (n is > 0 and < Size && n > _given)
        {
            _given = n;
        }
    }
}
