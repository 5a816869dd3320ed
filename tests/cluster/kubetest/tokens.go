// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"flag"
	"fmt"
	"log"
	"math/big"
	"net/http"
	"os"
	"path"
	"slices"
	"strings"
	"time"
)

// tokenServer gives out the tokens of a registry that is set to "auth: token", as Docker Hub's does: a client that was refused
// comes here with a user name and a password, and goes back with a token for what that user may do.
// https://distribution.github.io/distribution/spec/auth/token/
type tokenServer struct {
	issuer, audience string
	life             time.Duration
	users            map[string]tokenUser
	key              *ecdsa.PrivateKey
	certificate      []byte // DER; the registry knows its public key
}

// tokenUser: Repositories maps a pattern of repository names to the actions that are allowed there. The user "" is anybody.
type tokenUser struct {
	Password     string              `json:"password"`
	Repositories map[string][]string `json:"repositories"`
}

type grant struct {
	Type    string   `json:"type"`
	Name    string   `json:"name"`
	Actions []string `json:"actions"`
}

func runTokenServer(arguments []string) error {
	flags := flag.NewFlagSet("registry-tokens", flag.ExitOnError)
	listen := flags.String("listen", "127.0.0.1:5002", "address to listen on")
	issuer := flags.String("issuer", "regcred-test", "who gives the tokens, as the registry's configuration has it")
	audience := flags.String("service", "regcred-test", "whom they are for, likewise")
	users := flags.String("users", "", `file of users: {"NAME": {"password": "...", "repositories": {"PATTERN": ["pull"]}}}`)
	bundle := flags.String("certificate", "", "file to write the certificate to: the registry's rootcertbundle")
	life := flags.Duration("life", time.Minute, "how long a token is valid")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	server := &tokenServer{issuer: *issuer, audience: *audience, life: *life}
	text, err := os.ReadFile(*users)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, &server.users); err != nil {
		return fmt.Errorf("%s: %w", *users, err)
	}
	if err := server.makeKey(); err != nil {
		return err
	}
	block := &pem.Block{Type: "CERTIFICATE", Bytes: server.certificate}
	if err := os.WriteFile(*bundle, pem.EncodeToMemory(block), 0o644); err != nil {
		return err
	}
	http.HandleFunc("/token", server.answer)
	return http.ListenAndServe(*listen, nil)
}

func (s *tokenServer) makeKey() error {
	var err error
	if s.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		return err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: s.issuer},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(7 * 24 * time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, IsCA: true, BasicConstraintsValid: true,
	}
	s.certificate, err = x509.CreateCertificate(rand.Reader, template, template, &s.key.PublicKey, s.key)
	return err
}

// answer logs who asked for what, and what came of it: what a test reads. The password is no part of that.
func (s *tokenServer) answer(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		http.Error(w, "no form", http.StatusBadRequest)
		return
	}
	name, password, given := r.BasicAuth()
	if r.Method == http.MethodPost { // the OAuth 2 form, which containerd tries first
		name, password, given = r.PostForm.Get("username"), r.PostForm.Get("password"), r.PostForm.Has("username")
	}
	scopes := strings.Fields(strings.Join(r.Form["scope"], " "))
	user, known := s.users[name]
	if given && (!known || subtle.ConstantTimeCompare([]byte(user.Password), []byte(password)) != 1) {
		log.Printf("user=%q scope=%q refused", name, scopes)
		w.Header().Set("WWW-Authenticate", `Basic realm="registry-tokens"`)
		http.Error(w, `{"details": "incorrect username or password"}`, http.StatusUnauthorized)
		return
	}
	grants := user.grants(scopes)
	log.Printf("user=%q scope=%q granted=%v", name, scopes, grants)
	token, err := s.sign(name, grants)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"token": token, "access_token": token,
		"expires_in": int(s.life.Seconds()), "issued_at": time.Now().UTC().Format(time.RFC3339)})
}

// grants: what of the wanted scopes ("repository:team/app:pull,push") the user gets.
func (u tokenUser) grants(scopes []string) []grant {
	granted := []grant{}
	for _, scope := range scopes {
		part := strings.Split(scope, ":")
		if len(part) != 3 {
			continue
		}
		var actions []string
		for pattern, allowed := range u.Repositories {
			if matched, _ := path.Match(pattern, part[1]); !matched {
				continue
			}
			for _, action := range strings.Split(part[2], ",") {
				if slices.Contains(allowed, action) && !slices.Contains(actions, action) {
					actions = append(actions, action)
				}
			}
		}
		if actions != nil {
			granted = append(granted, grant{part[0], part[1], actions})
		}
	}
	return granted
}

func (s *tokenServer) sign(user string, access []grant) (string, error) {
	now := time.Now()
	header, err := segment(map[string]any{"typ": "JWT", "alg": "ES256",
		"x5c": []string{base64.StdEncoding.EncodeToString(s.certificate)}})
	if err != nil {
		return "", err
	}
	claims, err := segment(map[string]any{"iss": s.issuer, "sub": user, "aud": s.audience, "jti": rand.Text(),
		"nbf": now.Add(-10 * time.Second).Unix(), "iat": now.Unix(), "exp": now.Add(s.life).Unix(), "access": access})
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(header + "." + claims))
	x, y, err := ecdsa.Sign(rand.Reader, s.key, sum[:])
	if err != nil {
		return "", err
	}
	signature := make([]byte, 64)
	x.FillBytes(signature[:32])
	y.FillBytes(signature[32:])
	return header + "." + claims + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}

func segment(value any) (string, error) {
	text, err := json.Marshal(value)
	return base64.RawURLEncoding.EncodeToString(text), err
}
