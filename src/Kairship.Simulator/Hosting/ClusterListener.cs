using System.Net;
using System.Net.Sockets;
using Kairship.Simulator.Faults;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Kairship.Simulator.Hosting;

/// <summary>
/// The port of one cluster. It can be shut and opened again while the server runs: shut it stays bound, so that connections are refused and nobody else takes the
/// port; dropping it lets connections hang. What is connected is reset in the first case and falls silent in the second.
/// </summary>
internal sealed class ClusterListener : IConnectionListener
{
    private const int Backlog = 512;
    private readonly Lock _gate = new();
    private readonly FrontEndPoint _endPoint;
    private readonly SocketConnectionContextFactory _connections;
    private readonly CancellationToken _stopping;
    private Socket _socket;
    private Blackhole? _blackhole;
    private TaskCompletionSource _moved = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Reach _reach = Reach.Open;
    private bool _closed;

    private ClusterListener(FrontEndPoint endPoint, Socket socket, SocketConnectionContextFactory connections, CancellationToken stopping)
    {
        _endPoint = endPoint;
        _socket = socket;
        _connections = connections;
        _stopping = stopping;
        Port = ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private enum Reach
    {
        Open,
        Refused,
        Dropped,
    }

    public EndPoint EndPoint => new FrontEndPoint(_endPoint.Front, Port);

    public int Port { get; }

    /// <exception cref="AddressInUseException">The port is taken.</exception>
    public static ClusterListener Bind(FrontEndPoint endPoint, SocketConnectionContextFactory connections, CancellationToken stopping)
    {
        var listener = new ClusterListener(endPoint, Bound(endPoint.Port), connections, stopping);
        listener._socket.Listen(Backlog);
        if (endPoint.Front is { } front)
        {
            front.Listener = listener;
            front.Faults.Changed += listener.OnFaultsChanged;
            listener.Follow(front.Faults);
        }

        return listener;
    }

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            Socket socket;
            Task? wait;
            lock (_gate)
            {
                if (_closed)
                {
                    return null;
                }

                (socket, wait) = (_socket, _reach == Reach.Open ? null : _moved.Task);
            }

            if (wait is not null)
            {
                await wait.WaitAsync(cancellationToken);
                continue;
            }

            if (await AcceptAsync(socket, cancellationToken) is { } connection)
            {
                return connection;
            }
        }
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            _closed = true;
            Close();
        }

        if (_endPoint.Front is { } front)
        {
            front.Faults.Changed -= OnFaultsChanged;
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => UnbindAsync();

    // Null when the socket was shut meanwhile, or the client had gone before it was accepted.
    private async ValueTask<ConnectionContext?> AcceptAsync(Socket listening, CancellationToken cancellationToken)
    {
        try
        {
            var socket = await listening.AcceptAsync(cancellationToken);
            socket.NoDelay = true;
            var connection = _connections.Create(socket);
            ConnectionFaults.Follow(connection, socket, _endPoint.Front, _stopping);
            return connection;
        }
        catch (Exception e) when (e is ObjectDisposedException or SocketException { SocketErrorCode: SocketError.ConnectionReset or SocketError.ConnectionAborted })
        {
            return null;
        }
        catch (SocketException) when (IsShut(listening))
        {
            return null;
        }
    }

    private bool IsShut(Socket listening)
    {
        lock (_gate)
        {
            return _closed || !ReferenceEquals(_socket, listening);
        }
    }

    private void OnFaultsChanged(object? sender, EventArgs e) => Follow(_endPoint.Front!.Faults);

    private void Follow(ClusterFaults faults)
    {
        lock (_gate)
        {
            // Read under the lock: of two changes at once the later one stays.
            var settings = faults.Settings;
            var wanted = !settings.Unreachable ? Reach.Open : settings.Drop ? Reach.Dropped : Reach.Refused;
            if (_closed || wanted == _reach)
            {
                return;
            }

            _reach = wanted;
            Close();
            _socket = Bound(Port);
            if (wanted == Reach.Open)
            {
                _socket.Listen(Backlog);
            }
            else if (wanted == Reach.Dropped)
            {
                _blackhole = Blackhole.Dig(_socket);
            }

            _moved.TrySetResult();
            _moved = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private void Close()
    {
        _blackhole?.Dispose();
        _blackhole = null;
        _socket.Dispose();
        _moved.TrySetResult();
    }

    private static Socket Bound(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw e.SocketErrorCode == SocketError.AddressAlreadyInUse ? new AddressInUseException(e.Message, e) : e;
        }
    }
}
