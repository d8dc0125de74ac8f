<?php
/**
 * A small client of the back office's API for a web site: copy this file. PHP 8.1 or newer with
 * sodium (part of PHP); calls are signed by RFC 9421 with a Content-Digest (RFC 9530).
 *
 *   $office = new BackOffice('https://crm.example/api/v1', 'k12-0a1b2c', $seedBase64);
 *   $client = $office->act('clients/register', [...], 'registration-4711');
 *   $rows   = $office->get('clients', ['email' => 'ada@example.com'])['items'];
 *
 * An act carries an Idempotency-Key of yours: keep it with the form, and ask again with the same one
 * until you have an answer. $seedBase64 are the 32 bytes of the Ed25519 private key.
 */

declare(strict_types=1);

final class Problem extends RuntimeException
{
    /** What the API says instead of a result: $errorCode for programs, the message for people. */
    public function __construct(public readonly int $status, public readonly string $errorCode, string $detail)
    {
        parent::__construct($detail);
    }
}

final class BackOffice
{
    private const TAG = 'backoffice-v1';
    private const LIVES_SECONDS = 60;
    private const TRIES = 4;

    private string $secret;

    public function __construct(private string $url, private string $keyId, string $seedBase64)
    {
        $pair = sodium_crypto_sign_seed_keypair(base64_decode($seedBase64, true));
        $this->secret = sodium_crypto_sign_secretkey($pair);
        $this->url = rtrim($url, '/');
    }

    /** Read something. */
    public function get(string $path, array $query = []): array
    {
        return $this->sent('GET', $query ? $path . '?' . http_build_query($query) : $path, '', '');
    }

    /** Change something, once for this Idempotency-Key however often it is asked. */
    public function act(string $path, array $body, string $key): array
    {
        return $this->sent('POST', $path, json_encode($body, JSON_THROW_ON_ERROR), $key);
    }

    private function sent(string $method, string $path, string $body, string $key): array
    {
        for ($left = self::TRIES - 1; ; $left--) {
            [$status, $told, $wait] = $this->once($method, $this->url . '/' . $path, $body, $key);
            if ($status >= 200 && $status < 300) {
                return $told;
            }
            $code = $told['code'] ?? '';
            // 0: nobody knows whether it arrived. The same key makes it safe to ask again.
            $isWorthAsking = in_array($status, [0, 429, 503], true) || $code === 'under_way';
            if ($left === 0 || !$isWorthAsking) {
                throw new Problem($status, $code, $told['detail'] ?? "status $status");
            }
            sleep(min(30, max(1, $wait)));
        }
    }

    private function once(string $method, string $url, string $body, string $key): array
    {
        $fields = $key === '' ? [] : ['Content-Type' => 'application/json', 'Idempotency-Key' => $key];
        $fields += $this->signature($method, $url, $body, $fields);
        $lines = array_map(fn ($name) => "$name: {$fields[$name]}", array_keys($fields));
        $context = stream_context_create(['http' => [
            'method' => $method, 'header' => $lines, 'content' => $body,
            'ignore_errors' => true, 'timeout' => 30, 'follow_location' => 0,
        ]]);
        $answer = @file_get_contents($url, false, $context);
        if ($answer === false) {
            return [0, ['detail' => 'The API does not answer.'], 1];
        }
        preg_match('/^HTTP\/\S+ (\d+)/', $http_response_header[0], $status);
        $wait = preg_match('/^Retry-After: (\d+)/mi', implode("\n", $http_response_header), $found);
        return [(int) $status[1], json_decode($answer, true) ?? [], $wait ? (int) $found[1] : 1];
    }

    private function signature(string $method, string $url, string $body, array $fields): array
    {
        $parts = parse_url($url);
        $digest = 'sha-256=:' . base64_encode(hash('sha256', $body, true)) . ':';
        $known = [
            '@method' => $method,
            '@target-uri' => $url,
            '@authority' => strtolower($parts['host'] . (isset($parts['port']) ? ':' . $parts['port'] : '')),
            'content-digest' => $digest,
        ];
        foreach ($fields as $name => $value) {
            $known[strtolower($name)] = $value;
        }
        $names = implode(' ', array_map(fn ($name) => "\"$name\"", array_keys($known)));
        $created = time();
        $parameters = sprintf(
            '(%s);created=%d;expires=%d;nonce="%s";keyid="%s";alg="ed25519";tag="%s"',
            $names, $created, $created + self::LIVES_SECONDS, bin2hex(random_bytes(16)), $this->keyId, self::TAG
        );
        $lines = array_map(fn ($name) => "\"$name\": {$known[$name]}", array_keys($known));
        $lines[] = '"@signature-params": ' . $parameters;
        $made = sodium_crypto_sign_detached(implode("\n", $lines), $this->secret);
        return [
            'Content-Digest' => $digest,
            'Signature-Input' => 'sig1=' . $parameters,
            'Signature' => 'sig1=:' . base64_encode($made) . ':',
        ];
    }
}
