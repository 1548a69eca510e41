using System.IO.Pipelines;
using Kairship.Simulator.Faults;

namespace Kairship.Simulator.Hosting;

/// <summary>The bytes of a connection, which stand still in both directions while the cluster is frozen or drops packets.</summary>
internal sealed class StallingPipe(IDuplexPipe inner, ClusterFaults faults, CancellationToken closed) : IDuplexPipe
{
    public PipeReader Input { get; } = new Reader(inner.Input, faults, closed);

    public PipeWriter Output { get; } = new Writer(inner.Output, faults, closed);

    private static async Task WaitAsync(ClusterFaults faults, CancellationToken closed, CancellationToken cancellationToken)
    {
        try
        {
            await faults.WaitWhileStalledAsync(closed).WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (closed.IsCancellationRequested)
        {
            // The inner pipe says how the connection ended.
        }
    }

    private sealed class Reader(PipeReader inner, ClusterFaults faults, CancellationToken closed) : PipeReader
    {
        public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
        {
            var result = await inner.ReadAsync(cancellationToken);
            if (faults.IsStalled && !result.IsCanceled)
            {
                await WaitAsync(faults, closed, cancellationToken);
            }

            return result;
        }

        public override bool TryRead(out ReadResult result)
        {
            result = default;
            return !faults.IsStalled && inner.TryRead(out result);
        }

        public override void AdvanceTo(SequencePosition consumed) => inner.AdvanceTo(consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => inner.AdvanceTo(consumed, examined);

        public override void CancelPendingRead() => inner.CancelPendingRead();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);
    }

    private sealed class Writer(PipeWriter inner, ClusterFaults faults, CancellationToken closed) : PipeWriter
    {
        public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

        public override long UnflushedBytes => inner.UnflushedBytes;

        public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
        {
            if (faults.IsStalled)
            {
                await WaitAsync(faults, closed, cancellationToken);
            }

            return await inner.FlushAsync(cancellationToken);
        }

        public override async ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
        {
            if (faults.IsStalled)
            {
                await WaitAsync(faults, closed, cancellationToken);
            }

            return await inner.WriteAsync(source, cancellationToken);
        }

        public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);

        public override void Advance(int bytes) => inner.Advance(bytes);

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);
    }
}
