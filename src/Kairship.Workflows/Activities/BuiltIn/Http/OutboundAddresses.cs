using System.Net;
using System.Net.Sockets;

namespace Kairship.Workflows.Activities.BuiltIn.Http;

/// <summary>A request was stopped before it left: its target may not be reached from workflows.</summary>
internal sealed class TargetDeniedException(string message) : Exception(message);

/// <summary>Which hosts and addresses workflows may reach. Asked when a connection is made, so that neither a redirect nor a name that resolves elsewhere goes round it.</summary>
internal sealed class OutboundAddresses(OutboundHttpOptions options)
{
    // AWS (IPv6), Alibaba, Oracle, Azure. All others use 169.254.169.254.
    private static readonly IPAddress[] Metadata =
        [IPAddress.Parse("fd00:ec2::254"), IPAddress.Parse("100.100.100.200"), IPAddress.Parse("192.0.0.192"), IPAddress.Parse("168.63.129.16")];

    public async ValueTask<Stream> ConnectAsync(DnsEndPoint target, CancellationToken cancellationToken)
    {
        CheckHost(target.Host);
        var addresses = IPAddress.TryParse(target.Host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(target.Host, cancellationToken);
        if (!options.AllowMetadataAddresses && addresses.FirstOrDefault(IsMetadata) is { } denied)
        {
            throw new TargetDeniedException($"'{target.Host}' is {denied}, a link-local or metadata address: workflows may not reach those.");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, target.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public static bool IsMetadata(IPAddress address)
    {
        var plain = Unwrap(address);
        return plain.AddressFamily == AddressFamily.InterNetwork && plain.GetAddressBytes() is [169, 254, ..]
            || plain.IsIPv6LinkLocal || Metadata.Contains(plain);
    }

    /// <summary>The IPv4 address inside an IPv6 one (mapped, or translated by NAT64).</summary>
    private static IPAddress Unwrap(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        var bytes = address.GetAddressBytes();
        if (bytes is [0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0, ..] || bytes.Length == 16 && bytes[..12].All(b => b == 0) && bytes[12] != 0)
        {
            return new IPAddress(bytes.AsSpan(12));
        }

        // The scope of a link-local address is no part of its identity.
        return address.AddressFamily == AddressFamily.InterNetworkV6 ? new IPAddress(bytes) : address;
    }

    private void CheckHost(string host)
    {
        if (options.DeniedHosts.Any(pattern => Matches(pattern, host)) || options.AllowedHosts.Count > 0 && !options.AllowedHosts.Any(pattern => Matches(pattern, host)))
        {
            throw new TargetDeniedException($"Workflows may not reach the host '{host}': it is not among those that the server's settings allow.");
        }
    }

    private static bool Matches(string pattern, string host) => pattern.StartsWith("*.", StringComparison.Ordinal)
        ? host.TrimEnd('.').EndsWith(pattern[1..], StringComparison.OrdinalIgnoreCase)
        : host.TrimEnd('.').Equals(pattern, StringComparison.OrdinalIgnoreCase);
}
