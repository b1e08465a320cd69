namespace TraceDashboard.Benchmarks.Load;

/// <summary>Spans as the body of an OTLP export request (opentelemetry-proto 1.x, trace service). Not thread-safe.</summary>
internal sealed class OtlpEncoder
{
    private readonly ReverseProtobufWriter _writer = new();

    /// <summary>The body; valid until the next call.</summary>
    /// <param name="spans">In the order of the body.</param>
    /// <param name="dialect">Adds the attributes of a span, the last one first; by default those of OpenTelemetry's conventions.</param>
    public ArraySegment<byte> Encode(ReadOnlySpan<SampleSpan> spans, Action<OtlpEncoder, SampleSpan>? dialect = null)
    {
        _writer.Clear();
        for (var i = spans.Length - 1; i >= 0; i--)
            Span(spans[i], dialect);
        var before = _writer.Length;
        _writer.String(2, "1.0.0");
        _writer.String(1, "bench.load");
        _writer.EndMessage(1, before);
        _writer.EndMessage(2, 0);
        before = _writer.Length;
        Attribute(1, "deployment.environment.name", "production");
        Attribute(1, "service.version", "2026.11.0");
        Attribute(1, "service.name", "support-bot");
        _writer.EndMessage(1, before);
        _writer.EndMessage(1, 0);
        return _writer.Written;
    }

    public void Attribute(string key, string value) => Attribute(9, key, value);

    public void Attribute(string key, int value)
    {
        var (pair, any) = (_writer.Length, _writer.Length);
        _writer.Int64(3, value);
        EndAttribute(9, key, pair, any);
    }

    public void Attribute(string key, byte[] value)
    {
        var (pair, any) = (_writer.Length, _writer.Length);
        _writer.Bytes(1, value);
        EndAttribute(9, key, pair, any);
    }

    public void Attribute(string key, double value)
    {
        var (pair, any) = (_writer.Length, _writer.Length);
        _writer.Double(4, value);
        EndAttribute(9, key, pair, any);
    }

    private void Span(SampleSpan span, Action<OtlpEncoder, SampleSpan>? dialect)
    {
        var before = _writer.Length;
        if (span.Failed)
        {
            var status = _writer.Length;
            _writer.Int64(3, 2);
            _writer.String(2, "The upstream service did not answer in time.");
            _writer.EndMessage(15, status);
            Attribute("error.type", "timeout");
        }

        if (dialect is null)
            GenAi(span);
        else
            dialect(this, span);
        _writer.Fixed64(8, span.End);
        _writer.Fixed64(7, span.Start);
        _writer.Int64(6, span.Operation is "chat" or "embeddings" ? 3 : 1);
        _writer.String(5, span.Name);
        if (span.ParentSpanId is not null)
            _writer.Bytes(4, span.ParentSpanId);
        _writer.Bytes(2, span.SpanId);
        _writer.Bytes(1, span.TraceId);
        _writer.EndMessage(2, before);
    }

    private void GenAi(SampleSpan span)
    {
        Attribute("gen_ai.output.messages", span.Output);
        Attribute("gen_ai.input.messages", span.Input);
        Attribute("gen_ai.conversation.id", span.SessionId);
        Attribute("user.id", span.UserId);
        if (span.SecondsToFirstChunk is { } seconds)
            Attribute("gen_ai.response.time_to_first_chunk", seconds);
        if (span.CallsModel)
        {
            Attribute("gen_ai.usage.output_tokens", span.OutputTokens);
            Attribute("gen_ai.usage.cache_read.input_tokens", span.CachedTokens);
            Attribute("gen_ai.usage.input_tokens", span.InputTokens);
            Attribute("gen_ai.response.id", span.ResponseId);
            Attribute("gen_ai.response.model", span.Model);
            Attribute("gen_ai.request.model", span.Model);
            Attribute("gen_ai.provider.name", span.Provider);
        }

        if (span.Operation == "execute_tool")
        {
            Attribute("gen_ai.tool.call.id", span.ResponseId);
            Attribute("gen_ai.tool.name", span.Name["execute_tool ".Length..]);
        }

        Attribute("gen_ai.operation.name", span.Operation);
    }

    private void Attribute(int field, string key, string value)
    {
        var (pair, any) = (_writer.Length, _writer.Length);
        _writer.String(1, value);
        EndAttribute(field, key, pair, any);
    }

    private void EndAttribute(int field, string key, int pair, int any)
    {
        _writer.EndMessage(2, any);
        _writer.String(1, key);
        _writer.EndMessage(field, pair);
    }
}
